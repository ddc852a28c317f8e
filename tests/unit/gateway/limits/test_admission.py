"""Admission control: the limit of the backlog, Retry-After, and few measurements of the load."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from critic_core.contracts.errors import Overloaded, QueueUnavailable
from critic_core.stores.throughput import Load
from critic_gateway.limits.admission import (
    MAX_RETRY_AFTER_SECONDS,
    Admission,
    backlog_limit,
    ensure_within_limit,
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


def test_an_idle_installation_admits_a_photo_at_any_throughput() -> None:
    ensure_within_limit(Load(0, 0.0), SETTINGS)


@pytest.mark.parametrize(
    ("load", "seconds"),
    [
        (Load(50, 5.0), 2),  # after 0.2 s: the least Retry-After
        (Load(74, 5.0), 5),
        (Load(900, 5.0), MAX_RETRY_AFTER_SECONDS),
        (Load(1, 0.0), 2),  # no throughput: unknown
        (Load(1000, None), 2),
    ],
)
def test_retry_after_is_the_time_until_the_backlog_is_below_its_limit(load: Load, seconds: int) -> None:
    with pytest.raises(Overloaded) as error:
        ensure_within_limit(load, SETTINGS)
    assert error.value.retry_after_seconds == seconds


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
        await asyncio.gather(*(admission.ensure_capacity() for _ in range(50)))
        assert measurement.count == 1
        now[0] += 0.06
        await admission.ensure_capacity()
        await admission._measurement  # type: ignore[misc]
        assert measurement.count == 2

    with_admission(test)


def test_no_request_waits_for_redis_while_the_latest_measurement_is_usable() -> None:
    async def test(admission: Admission, measurement: Measurement, now: list[float]) -> None:
        measurement.load = Load(1000, 5.0)
        with pytest.raises(Overloaded):
            await admission.ensure_capacity()
        measurement.open.clear()
        now[0] += 0.5
        with pytest.raises(Overloaded):
            await asyncio.wait_for(admission.ensure_capacity(), 5)

    with_admission(test)


def test_admitted_photos_count_until_the_next_measurement() -> None:
    async def test(admission: Admission, measurement: Measurement, now: list[float]) -> None:
        await admission.ensure_capacity()
        admission.count_admitted(3)
        with pytest.raises(Overloaded):
            await admission.ensure_capacity()
        measurement.load = Load(1, None)  # two of them are done by now
        now[0] += 2
        await admission.ensure_capacity()

    with_admission(test, SETTINGS.model_copy(update={"max_backlog": 3}))


def test_without_a_usable_measurement_the_queue_is_unavailable() -> None:
    async def test(admission: Admission, measurement: Measurement, now: list[float]) -> None:
        await admission.ensure_capacity()
        measurement.broken = True
        now[0] += 0.5
        await admission.ensure_capacity()
        now[0] += 2
        with pytest.raises(QueueUnavailable):
            await admission.ensure_capacity()

    with_admission(test)
