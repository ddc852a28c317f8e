"""Who is let in, who is told to come back, and when."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from critic_core.contracts.errors import Overloaded, QueueUnavailable
from critic_core.stores.throughput import Load
from critic_gateway.limits.admission import LONGEST_RETRY_SECONDS, Admission, most_waiting, refuse_without_room
from critic_gateway.settings import GatewaySettings

SETTINGS = GatewaySettings(max_backlog=1000, max_wait_seconds=10, retry_after_seconds=2)


@pytest.mark.parametrize(
    ("per_second", "expected"), [(None, 1000), (5.0, 50), (0.01, 1), (0.0, 1), (100.0, 1000), (10_000.0, 1000)]
)
def test_as_many_may_wait_as_are_answered_in_the_longest_wait(per_second: float | None, expected: int) -> None:
    assert most_waiting(Load(0, per_second), SETTINGS) == expected


def test_without_a_longest_wait_only_the_backlog_counts() -> None:
    assert most_waiting(Load(0, 0.01), SETTINGS.model_copy(update={"max_wait_seconds": 0})) == 1000


def test_an_idle_installation_lets_a_photo_in_however_slow_it_was() -> None:
    refuse_without_room(Load(0, 0.0), SETTINGS)


@pytest.mark.parametrize(
    ("load", "seconds"),
    [
        (Load(50, 5.0), 2),  # room in 0.2 s: the least is told
        (Load(74, 5.0), 5),
        (Load(900, 5.0), LONGEST_RETRY_SECONDS),
        (Load(1, 0.0), 2),  # nothing moves: nobody knows
        (Load(1000, None), 2),
    ],
)
def test_who_is_refused_is_told_when_there_will_be_room(load: Load, seconds: int) -> None:
    with pytest.raises(Overloaded) as refusal:
        refuse_without_room(load, SETTINGS)
    assert refusal.value.retry_after_seconds == seconds


class Queue:
    """A queue server that is as slow, as full and as broken as a test wants it."""

    def __init__(self) -> None:
        self.load, self.looks, self.broken = Load(0, None), 0, False
        self.open = threading.Event()
        self.open.set()

    def __call__(self) -> Load:
        self.looks += 1
        assert self.open.wait(10)
        if self.broken:
            raise QueueUnavailable
        return self.load


def with_admission(
    test: Callable[[Admission, Queue, list[float]], object], settings: GatewaySettings = SETTINGS
) -> None:
    """Run a test inside an event loop; it may turn the clock."""

    async def run() -> None:
        queue, now = Queue(), [0.0]
        admission = Admission(queue, settings, lambda: now[0])
        try:
            await test(admission, queue, now)  # type: ignore[misc]  # a coroutine function
        finally:
            queue.open.set()
            admission.close()

    asyncio.run(run())


def test_many_requests_look_once() -> None:
    async def test(admission: Admission, queue: Queue, now: list[float]) -> None:
        await asyncio.gather(*(admission.ensure_room() for _ in range(50)))
        assert queue.looks == 1
        now[0] += 0.06
        await admission.ensure_room()
        await admission._looking  # type: ignore[misc]
        assert queue.looks == 2

    with_admission(test)


def test_nobody_waits_for_a_slow_queue_while_what_was_seen_is_young() -> None:
    async def test(admission: Admission, queue: Queue, now: list[float]) -> None:
        queue.load = Load(1000, 5.0)
        with pytest.raises(Overloaded):
            await admission.ensure_room()
        queue.open.clear()
        now[0] += 0.5
        with pytest.raises(Overloaded):
            await asyncio.wait_for(admission.ensure_room(), 5)

    with_admission(test)


def test_what_was_let_in_counts_until_it_is_seen() -> None:
    async def test(admission: Admission, queue: Queue, now: list[float]) -> None:
        await admission.ensure_room()
        admission.admitted(3)
        with pytest.raises(Overloaded):
            await admission.ensure_room()
        queue.load = Load(1, None)  # two of them are answered by now
        now[0] += 2
        await admission.ensure_room()

    with_admission(test, SETTINGS.model_copy(update={"max_backlog": 3}))


def test_a_queue_that_does_not_answer_is_told_once_what_was_seen_is_old() -> None:
    async def test(admission: Admission, queue: Queue, now: list[float]) -> None:
        await admission.ensure_room()
        queue.broken = True
        now[0] += 0.5
        await admission.ensure_room()
        now[0] += 2
        with pytest.raises(QueueUnavailable):
            await admission.ensure_room()

    with_admission(test)
