from contextlib import ExitStack

from critic_worker.webhooks.lanes import Lanes


def test_one_host_cannot_take_more_than_its_lanes() -> None:
    lanes = Lanes(2)
    with ExitStack() as held:
        assert [held.enter_context(lanes.one("a")) for _ in range(3)] == [True, True, False]
        assert held.enter_context(lanes.one("b"))
    with lanes.one("a") as free:
        assert free
