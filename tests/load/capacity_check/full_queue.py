"""Containers under a queue that never runs empty: photos a second, and the CPU time of each service."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import count
from typing import Any, Self

import httpx
from tests.compose.stack import Stack, run
from tests.load.capacity_check.prediction import Run
from tests.load.shoot import PHOTOS_A_REQUEST, send

WARM_UP, TAIL = 15, 16
"""Photos outside the measurement: while processes start, and while the last reading is taken."""
PERIOD_US = 100_000
UNLIMITED = -1

_serial = count()

Reading = dict[str, Future[tuple[float, float]]]
"""Time and core-seconds so far, by container."""


def restrict(stack: Stack, service: str, cores: float | None) -> None:
    """Set the CPU limit of each container of a service, as `cpus` in Compose does; None for no limit."""
    quota = UNLIMITED if cores is None else round(cores * PERIOD_US)
    ids = [container["Id"] for container in stack.containers(service)]
    run(["docker", "update", "--cpu-period", str(PERIOD_US), "--cpu-quota", str(quota), *ids], 30)


def measure_run(stack: Stack, photos: list[bytes], total: int) -> Run:
    """Send `total` photos, made different by bytes behind their end, and follow their events."""
    batch = [photos[number % len(photos)] + f"{next(_serial)}".encode() for number in range(total)]
    album = stack.client.post("/v1/albums").json()["id"]
    with Meter(stack) as meter, ThreadPoolExecutor(1) as sender, following(stack.client, album) as events:
        upload = sender.submit(send_all, stack.client, album, batch)
        started_at, seconds, first, last = 0.0, 0.0, 0, total - TAIL
        for done in finished(events):
            if upload.done():
                upload.result()  # raises an upload error, rather than wait for photos that were never sent
            if not first and done >= WARM_UP and upload.done():
                started_at, first, begin = time.perf_counter(), done, meter.read()
            if done == last and not seconds:
                seconds, end = time.perf_counter() - started_at, meter.read()
            if done == total:  # leaves an empty queue
                break
        assert 0 < first < last // 2, f"{first} of {total} photos were done before all were sent: too few to measure"
        rate = (last - first) / seconds
        return Run(rate, {name: 1000 * cores / rate for name, cores in meter.cores(begin, end).items()})


def following(client: httpx.Client, album: str) -> AbstractContextManager[httpx.Response]:
    """The album's events, from now on."""
    return client.stream("GET", f"/v1/albums/{album}/events")


def send_all(client: httpx.Client, album: str, photos: list[bytes]) -> None:
    """Upload in requests of a few, one after the other."""
    for first in range(0, len(photos), PHOTOS_A_REQUEST):
        send(client, album, photos[first : first + PHOTOS_A_REQUEST])


def finished(events: httpx.Response) -> Iterator[int]:
    """The number of photos done, at every line of the stream, heartbeats included."""
    done = 0
    for line in events.iter_lines():
        assert line != "event: photo_failed", "a photo failed: only runs without failures are measured"
        done += line == "event: photo_done"
        yield done


class Meter:
    """CPU time of a stack's containers, from Docker's API: the command line prints a rounded percentage."""

    def __init__(self, stack: Stack) -> None:
        host = json.loads(run(["docker", "context", "inspect"], 30))[0]["Endpoints"]["docker"]["Host"]
        transport = httpx.HTTPTransport(uds=host.removeprefix("unix://"))
        self._engine = httpx.Client(transport=transport, base_url="http://docker", timeout=30)
        self._services = {container["Id"]: service_of(container) for container in stack.containers()}
        self._threads = ThreadPoolExecutor(len(self._services))

    def read(self) -> Reading:
        """Start to read all containers at once: the engine takes a second or two for each."""
        return {container: self._threads.submit(self._cpu_time, container) for container in self._services}

    def cores(self, begin: Reading, end: Reading) -> Counter[str]:
        """Cores in use by each service between two readings."""
        used = Counter[str]()
        for container, service in self._services.items():
            (began_at, before), (ended_at, after) = begin[container].result(), end[container].result()
            used[service] += (after - before) / (ended_at - began_at)
        return used

    def _cpu_time(self, container: str) -> tuple[float, float]:
        """The time of the reading, and core-seconds so far."""
        stats = self._engine.get(f"/containers/{container}/stats?stream=false").raise_for_status().json()
        read_at = datetime.fromisoformat(stats["read"][:26] + "+00:00")  # Python parses no nanoseconds
        return read_at.timestamp(), stats["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown()
        self._engine.close()


def service_of(container: dict[str, Any]) -> str:
    """The service's name in Compose."""
    return str(container["Config"]["Labels"]["com.docker.compose.service"])
