from contextlib import ExitStack

from critic_worker.webhooks.host_limiter import Lanes


def taken(lanes: Lanes, host: str, tries: int) -> int:
    with ExitStack() as held:
        return sum(held.enter_context(lanes.one(host)) for _ in range(tries))


def test_one_host_leaves_room_for_others() -> None:
    lanes = Lanes(16)
    with ExitStack() as held:
        assert sum(held.enter_context(lanes.one("a")) for _ in range(16)) == 12
        assert held.enter_context(lanes.one("b"))
    assert taken(lanes, "a", 16) == 12


def test_a_host_that_did_not_answer_gets_few_until_it_does() -> None:
    lanes = Lanes(16)
    lanes.learn("a", answered=False)
    assert (taken(lanes, "a", 16), taken(lanes, "b", 16)) == (2, 12)
    lanes.learn("a", answered=True)
    assert taken(lanes, "a", 16) == 12


def test_hosts_that_did_not_answer_are_not_remembered_without_end() -> None:
    lanes = Lanes(16)
    for number in range(10_001):
        lanes.learn(str(number), answered=False)
    assert (taken(lanes, "0", 16), taken(lanes, "1", 16)) == (12, 2)


def test_one_thread_is_enough() -> None:
    assert taken(Lanes(1), "a", 2) == 1
