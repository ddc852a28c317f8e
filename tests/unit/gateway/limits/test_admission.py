"""Admission control: the limit of the backlog, Retry-After, and few measurements of the load."""

import asyncio
import threading
from collections.abc import Callable
from itertools import cycle

import pytest

from critic_core.contracts.errors import Overloaded, QueueUnavailable
from critic_core.contracts.identity import ANONYMOUS
from critic_core.contracts.photo import Lane
from critic_core.stores.throughput import Depth, Load
from critic_gateway.limits.admission import (
    MAX_RETRY_AFTER_SECONDS,
    UNKNOWN_THROUGHPUT_LIMIT,
    Admission,
    backlog_limit,
    ensure_within_limits,
)
from critic_gateway.settings import GatewaySettings

SETTINGS = GatewaySettings(max_backlog=1000, max_wait_seconds=10, retry_after_seconds=2)


@pytest.mark.parametrize(
    ("per_second", "expected"), [(None, 1000), (5.0, 50), (0.01, 1), (0.0, 1), (100.0, 1000), (10_000.0, 1000)]
)
def test_the_limit_is_the_photos_scored_within_the_maximum_wait(per_second: float | None, expected: int) -> None:
    assert backlog_limit(Load(0, per_second), SETTINGS) == expected


def test_without_a_maximum_wait_the_limit_is_the_setting() -> None:
    assert backlog_limit(Load(0, 0.01), SETTINGS.model_copy(update={"max_wait_seconds": 0})) == 1000


def check(load: Load, owner: str = "ann", lane: Lane = Lane.batch, settings: GatewaySettings = SETTINGS) -> int | None:
    """Retry-After of a rejected upload; None of an admitted one."""
    try:
        ensure_within_limits(load, owner, lane, settings)
    except Overloaded as error:
        return error.retry_after_seconds
    return None


def test_an_idle_installation_admits_a_photo_at_any_throughput() -> None:
    assert check(Load(0, 0.0)) is None


@pytest.mark.parametrize(
    ("load", "seconds"),
    [
        (Load(50, 5.0), 2),  # after 0.2 s: the least Retry-After
        (Load(74, 5.0), 5),
        (Load(900, 5.0), 171),
        (Load(900, 1.0), MAX_RETRY_AFTER_SECONDS),
        (Load(1, 0.0), 2),  # no throughput: unknown
        (Load(1000, None), 2),
    ],
)
def test_retry_after_is_the_time_until_the_backlog_is_below_its_limit(load: Load, seconds: int) -> None:
    assert check(load) == seconds


# -- owners -----------------------------------------------------------------------------------------------------------


def queues(per_second: float | None, lane: Lane = Lane.batch, **photos: int) -> Load:
    depths = tuple(Depth(lane, owner, number) for owner, number in photos.items())
    return Load(sum(photos.values()), per_second, depths)


def test_the_owner_who_floods_is_rejected_and_another_one_is_not() -> None:
    load = queues(5, flood=70, few=3)
    assert check(load, "flood") == 5  # 24 photos over the limit of 50, of both owners
    assert check(load, "few") is None
    assert check(load, "new") is None


def test_owners_who_flood_share_the_throughput() -> None:
    load = queues(5, a=25, b=25, new=0)
    assert (check(load, "a"), check(load, "b")) == (2, 2)
    assert check(load, "new") is None
    assert check(queues(5, a=24, b=24), "a") is None


def test_an_interactive_photo_waits_for_interactive_photos_only() -> None:
    load = queues(5, flood=70)
    assert check(load, "flood", Lane.interactive) is None
    assert check(queues(5, Lane.interactive, flood=60), "flood", Lane.interactive) == 3
    assert check(queues(5, Lane.interactive, flood=60), "new", Lane.batch) == 3, "batches go after interactive photos"


def test_an_owner_has_a_part_of_the_backlog() -> None:
    keys = SETTINGS.model_copy(update={"api_keys": ("0" * 64,), "max_wait_seconds": 0})
    load = queues(5, a=500, b=10)
    assert check(load, "a", settings=keys) == 2
    assert check(load, "b", settings=keys) is None
    assert check(queues(5, a=520, b=10), "a", settings=keys) == 7  # 21 photos of a, 10 of b, one more
    assert check(queues(5, a=499, b=499, c=2), "c", settings=keys) == 2, "the backlog is full"
    assert check(load, "a", settings=keys.model_copy(update={"api_keys": ()})) is None, "everybody is one owner"


@pytest.mark.parametrize("lane", Lane)
def test_all_owners_together_have_a_backlog_of_exactly_the_limit(lane: Lane) -> None:
    settings = SETTINGS.model_copy(update={"api_keys": ("0" * 64,), "max_wait_seconds": 0})
    assert check(queues(5, a=333, b=333, c=333), "d", lane, settings) is None
    assert check(queues(5, a=333, b=333, c=334), "d", lane, settings) == 2


def test_a_server_without_keys_is_one_owner_with_the_whole_backlog() -> None:
    settings = SETTINGS.model_copy(update={"max_wait_seconds": 0})
    assert check(queues(5, **{ANONYMOUS: 999}), ANONYMOUS, settings=settings) is None
    assert check(queues(5, **{ANONYMOUS: 1000}), ANONYMOUS, settings=settings) == 2


def seconds_until_admitted(owner: str, queued: dict[str, int], settings: GatewaySettings) -> float:
    """While workers finish five photos a second, and owners take turns."""
    queued, finished = dict(queued), 0
    for name in cycle(queued):
        if check(queues(5, **queued), owner, settings=settings) is None:
            break
        if queued[name]:
            queued[name], finished = queued[name] - 1, finished + 1
    return finished / 5


@pytest.mark.parametrize("max_wait_seconds", [10, 0])
@pytest.mark.parametrize(
    "queued", [{"a": 700}, {"a": 600, "b": 390}, {"a": 700, "b": 30}, {"a": 600, "b": 200, "c": 190}]
)
def test_retry_after_is_within_a_factor_of_two_of_the_wait(queued: dict[str, int], max_wait_seconds: int) -> None:
    changes = {"api_keys": ("0" * 64,), "max_wait_seconds": max_wait_seconds}
    settings = SETTINGS.model_copy(update=changes)
    promised = check(queues(5, **queued), "a", settings=settings)
    assert promised is not None
    assert 0.5 <= promised / seconds_until_admitted("a", queued, settings) <= 2
    assert check(queues(5, **queued), "new", settings=settings) is None


def test_an_unknown_throughput_is_not_unlimited() -> None:
    assert check(queues(None, a=UNKNOWN_THROUGHPUT_LIMIT - 1), "a") is None
    assert check(queues(None, a=UNKNOWN_THROUGHPUT_LIMIT), "a") == 2


class Measurement:
    """A load measurement that a test can delay or break."""

    def __init__(self) -> None:
        self.load, self.count, self.broken = Load(0, None), 0, False
        self.open = threading.Event()
        self.open.set()

    def __call__(self) -> Load:
        self.count += 1
        assert self.open.wait(10)
        if self.broken:
            raise QueueUnavailable
        return self.load


def with_admission(
    test: Callable[[Admission, Measurement, list[float]], object], settings: GatewaySettings = SETTINGS
) -> None:
    """Run a test in an event loop, with a clock that it can set."""

    async def run() -> None:
        measurement, now = Measurement(), [0.0]
        admission = Admission(measurement, settings, lambda: now[0])
        try:
            await test(admission, measurement, now)  # type: ignore[misc]  # a coroutine function
        finally:
            measurement.open.set()
            admission.close()

    asyncio.run(run())


def test_many_requests_share_one_measurement() -> None:
    async def test(admission: Admission, measurement: Measurement, now: list[float]) -> None:
        await asyncio.gather(*(admission.ensure_capacity("ann", Lane.batch) for _ in range(50)))
        assert measurement.count == 1
        now[0] += 0.25
        await admission.ensure_capacity("ann", Lane.batch)
        await admission._measurement.running  # type: ignore[misc]
        assert measurement.count == 2

    with_admission(test)


def test_no_request_waits_for_redis_while_the_latest_measurement_is_usable() -> None:
    async def test(admission: Admission, measurement: Measurement, now: list[float]) -> None:
        measurement.load = Load(1000, 5.0)
        with pytest.raises(Overloaded):
            await admission.ensure_capacity("ann", Lane.batch)
        measurement.open.clear()
        now[0] += 0.5
        with pytest.raises(Overloaded):
            await asyncio.wait_for(admission.ensure_capacity("ann", Lane.batch), 5)

    with_admission(test)


def test_admitted_photos_count_until_the_next_measurement() -> None:
    async def test(admission: Admission, measurement: Measurement, now: list[float]) -> None:
        await admission.ensure_capacity("ann", Lane.batch)
        admission.count_admitted(3, "ann", Lane.batch)
        with pytest.raises(Overloaded):
            await admission.ensure_capacity("ann", Lane.batch)
        measurement.load = Load(1, None)  # two of them are done by now
        now[0] += 2
        await admission.ensure_capacity("ann", Lane.batch)

    with_admission(test, SETTINGS.model_copy(update={"max_backlog": 3}))


def test_without_a_usable_measurement_the_queue_is_unavailable() -> None:
    async def test(admission: Admission, measurement: Measurement, now: list[float]) -> None:
        await admission.ensure_capacity("ann", Lane.batch)
        measurement.broken = True
        now[0] += 0.5
        await admission.ensure_capacity("ann", Lane.batch)
        now[0] += 2
        with pytest.raises(QueueUnavailable):
            await admission.ensure_capacity("ann", Lane.batch)

    with_admission(test)


def test_a_batch_leaves_half_of_its_owners_limit_to_uploads() -> None:
    async def test(admission: Admission, measurement: Measurement, now: list[float]) -> None:
        for photos, admitted in ((24, True), (26, False), (0, True)):
            measurement.load, now[0] = queues(5, ann=photos), now[0] + 2
            if admitted:
                await admission.ensure_half_free("ann")
            else:
                with pytest.raises(Overloaded):
                    await admission.ensure_half_free("ann")
            await admission.ensure_capacity("ann", Lane.batch)

    with_admission(test)
