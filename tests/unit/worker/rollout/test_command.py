"""The operator's commands: after a rollback answers who has answered before."""

from argparse import Namespace

import pytest

from critic_core.contracts.routing import Routing, Share
from critic_worker.rollout.command import Desk, Refused, canary, promote, rollback

THREE = ["1", "2", "3"]


class Told(Desk):
    """A desk whose wishes are kept in memory."""

    def __init__(self, routing: Routing, served: list[str]) -> None:
        self.model, self._wished, self._served = "aesthetics", routing, served

    def routing(self) -> Routing:
        return self._wished

    def served(self) -> list[str]:
        return self._served

    def wish(self, routing: Routing | None) -> None:
        self._wished = routing or Routing()


@pytest.mark.parametrize(
    ("routing", "served", "version", "stable"),
    [
        (Routing(), ["1", "2"], None, "1"),
        (Routing(canary=Share(version="2", percent=10), held="1"), THREE, None, "1"),  # 3 waits on
        (Routing(pinned="2"), THREE, None, "1"),  # and not 3, which nobody has tried
        (Routing(pinned="1"), THREE, None, "3"),  # there is none before
        (Routing(pinned="1"), THREE, "2", "1"),
        (Routing(), THREE, "2", "3"),
    ],
)
def test_who_answers_after_a_rollback(routing: Routing, served: list[str], version: str | None, stable: str) -> None:
    desk = Told(routing, served)
    rollback(desk, Namespace(version=version))
    assert desk.answering().stable == stable


def test_the_last_one_that_may_answer_is_not_withdrawn() -> None:
    desk = Told(Routing(withdrawn=("2",)), ["1", "2"])
    with pytest.raises(Refused, match="no other version"):
        rollback(desk, Namespace(version=None))
    assert desk.routing() == Routing(withdrawn=("2",))


def test_a_newcomer_waits_until_the_trial_ends_with_its_promotion() -> None:
    desk = Told(Routing(), ["1", "2"])
    canary(desk, Namespace(share="2:10%"))
    desk._served = THREE
    assert (desk.answering().stable, desk.answering().waiting) == ("1", ["3"])
    promote(desk, Namespace(version="3"))
    assert (desk.answering().stable, desk.answering().canary is not None) == ("3", True)
