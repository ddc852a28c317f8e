from contextlib import ExitStack

from critic_worker.webhooks.attempt_limiter import AttemptLimiter


def free_slots(limiter: AttemptLimiter, host: str, attempts: int) -> int:
    with ExitStack() as slots:
        return sum(slots.enter_context(limiter.slot(host, f"owner of {host}")) for _ in range(attempts))


def test_one_host_leaves_slots_for_others() -> None:
    limiter = AttemptLimiter(16)
    with ExitStack() as slots:
        assert sum(slots.enter_context(limiter.slot("a", "ann")) for _ in range(16)) == 8
        assert slots.enter_context(limiter.slot("b", "ann")), "the same owner's, too"
    assert free_slots(limiter, "a", 16) == 8


def test_a_host_that_did_not_respond_gets_few_until_it_does() -> None:
    limiter = AttemptLimiter(16)
    limiter.record("a", responded=False)
    assert (free_slots(limiter, "a", 16), free_slots(limiter, "b", 16)) == (2, 8)
    limiter.record("a", responded=True)
    assert free_slots(limiter, "a", 16) == 8


def test_one_owner_with_many_hosts_leaves_slots_for_others() -> None:
    limiter = AttemptLimiter(16)
    with ExitStack() as slots:
        assert sum(slots.enter_context(limiter.slot(str(host), "ann")) for host in range(16)) == 12
        assert slots.enter_context(limiter.slot("b", "bob"))
    for host in range(16):
        limiter.record(str(host), responded=False)
    with ExitStack() as slots:
        assert sum(slots.enter_context(limiter.slot(str(host), "ann")) for host in range(16)) == 4
        assert slots.enter_context(limiter.slot("new", "ann"))
    assert free_slots(limiter, "b", 16) == 8


def test_the_memory_of_unresponsive_hosts_is_limited() -> None:
    limiter = AttemptLimiter(16)
    for number in range(10_001):
        limiter.record(str(number), responded=False)
    assert (free_slots(limiter, "0", 16), free_slots(limiter, "1", 16)) == (8, 2)


def test_one_thread_is_enough() -> None:
    assert free_slots(AttemptLimiter(1), "a", 2) == 1
