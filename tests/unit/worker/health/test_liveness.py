from datetime import UTC, datetime, timedelta

import pytest
import redis
from tests.support.redis_server import RedisServer

from critic_core.contracts.errors import InferenceUnavailable
from critic_core.contracts.heartbeat import Heartbeat
from critic_core.stores.worker_status import WorkerStatusStore
from critic_worker.health.liveness import main, verdict

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def heartbeat(seconds_ago: float, broken: bool = False, now: datetime = NOW) -> Heartbeat:
    problem = InferenceUnavailable("It is down.").problem() if broken else None
    return Heartbeat(worker="w", at=now - timedelta(seconds=seconds_ago), model="m", version="1", problem=problem)


@pytest.mark.parametrize(
    ("last", "ready", "healthy", "text"),
    [
        (None, False, False, "nothing yet"),
        (heartbeat(61), False, False, "61 s ago"),
        (heartbeat(59), False, True, "passes its self-test"),
        (heartbeat(1, broken=True), False, True, "It is down."),
        (heartbeat(1, broken=True), True, False, "It is down."),
    ],
)
def test_verdict(last: Heartbeat | None, ready: bool, healthy: bool, text: str) -> None:
    is_healthy, sentence = verdict(last, NOW, ready)
    assert is_healthy is healthy
    assert text in sentence


def test_the_command_judges_its_own_worker(
    redis_server: RedisServer,
    client: "redis.Redis",
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CRITIC_REDIS_URL", redis_server.url)
    monkeypatch.setenv("CRITIC_WORKER_NAME", "w")
    store = WorkerStatusStore(client)
    store.save_heartbeat(heartbeat(1, now=datetime.now(UTC)).model_copy(update={"worker": "another"}))
    assert main([]) == 1
    store.save_heartbeat(heartbeat(1, broken=True, now=datetime.now(UTC)))
    assert (main([]), main(["--ready"])) == (0, 1)
    assert "nothing yet" in capsys.readouterr().out


def test_a_queue_that_is_down_is_not_healthy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CRITIC_REDIS_URL", "redis://127.0.0.1:1/0")
    assert main([]) == 1
    assert "queue" in capsys.readouterr().out
