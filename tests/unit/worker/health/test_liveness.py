from datetime import UTC, datetime, timedelta

import pytest

from critic_core.contracts.errors import InferenceUnavailable
from critic_core.contracts.heartbeat import Pulse
from critic_worker.health.liveness import verdict

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def pulse(seconds_ago: float, broken: bool = False) -> Pulse:
    problem = InferenceUnavailable("It is away.").problem() if broken else None
    return Pulse(worker="w", at=NOW - timedelta(seconds=seconds_ago), model="m", version="1", problem=problem)


@pytest.mark.parametrize(
    ("seen", "ready", "well", "said"),
    [
        (None, False, False, "nothing yet"),
        (pulse(61), False, False, "61 s ago"),
        (pulse(59), False, True, "answers rightly"),
        (pulse(1, broken=True), False, True, "It is away."),
        (pulse(1, broken=True), True, False, "It is away."),
    ],
)
def test_verdict(seen: Pulse | None, ready: bool, well: bool, said: str) -> None:
    told, sentence = verdict(seen, NOW, ready)
    assert told is well
    assert said in sentence
