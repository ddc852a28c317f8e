"""What containers make of a queue that does not run empty: photos a second, and the processor time of each service."""

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
from tests.load.capacity.step import Seen
from tests.load.shoot import PHOTOS_A_REQUEST, send

WARM_UP, TAIL = 15, 16
"""Photos that are not counted: while processes begin, and while the engine is asked at the end."""
PERIOD_US = 100_000
UNLIMITED = -1

_different = count()

Look = dict[str, Future[tuple[float, float]]]
"""At all containers: when, and core-seconds so far."""


def restrict(stack: Stack, service: str, cores: float | None) -> None:
    """Let each container of a service use so much processor time, as `cpus` in Compose does; None: all there is."""
    quota = UNLIMITED if cores is None else round(cores * PERIOD_US)
    ids = [container["Id"] for container in stack.containers(service)]
    run(["docker", "update", "--cpu-period", str(PERIOD_US), "--cpu-quota", str(quota), *ids], 30)


def observed(stack: Stack, photos: list[bytes], total: int) -> Seen:
    """Send `total` photos, different by what stands behind their end, and watch them being done."""
    shot = [photos[number % len(photos)] + f"{next(_different)}".encode() for number in range(total)]
    album = stack.client.post("/v1/albums").json()["id"]
    with Meter(stack) as meter, ThreadPoolExecutor(1) as sender, following(stack.client, album) as events:
        sent = sender.submit(send_all, stack.client, album, shot)
        at, seconds, first, last = 0.0, 0.0, 0, total - TAIL
        for done in finished(events):
            if sent.done():
                sent.result()  # raises what went wrong: nobody waits for photos that were never sent
            if not first and done >= WARM_UP and sent.done():
                at, first, begin = time.perf_counter(), done, meter.look()
            if done == last and not seconds:
                seconds, end = time.perf_counter() - at, meter.look()
            if done == total:  # the queue is left as it was found
                break
        assert 0 < first < last // 2, f"{first} of {total} photos were done before all were sent: too few to measure"
        rate = (last - first) / seconds
        return Seen(rate, {name: 1000 * cores / rate for name, cores in meter.cores(begin, end).items()})


def idle(stack: Stack, seconds: float = 30) -> Counter[str]:
    """Cores that each service uses while there is no photo: health checks above all, and a worker's golden photo."""
    with Meter(stack) as meter:
        begin = meter.look()
        time.sleep(seconds)  # what is measured is that nothing comes
        return meter.cores(begin, meter.look())


def following(client: httpx.Client, album: str) -> AbstractContextManager[httpx.Response]:
    """The album's events, from now on."""
    return client.stream("GET", f"/v1/albums/{album}/events")


def send_all(client: httpx.Client, album: str, photos: list[bytes]) -> None:
    """In requests of a few, one after the other."""
    for first in range(0, len(photos), PHOTOS_A_REQUEST):
        send(client, album, photos[first : first + PHOTOS_A_REQUEST])


def finished(events: httpx.Response) -> Iterator[int]:
    """How many photos are done, with each line that comes, such as only say that somebody is still there included."""
    done = 0
    for line in events.iter_lines():
        assert line != "event: photo_failed", "a photo failed: what is measured is photos that are answered"
        done += line == "event: photo_done"
        yield done


class Meter:
    """Reads the processor time of a stack's containers by Docker's own API: its command line tells a rounded share."""

    def __init__(self, stack: Stack) -> None:
        told = json.loads(run(["docker", "context", "inspect"], 30))[0]["Endpoints"]["docker"]["Host"]
        transport = httpx.HTTPTransport(uds=told.removeprefix("unix://"))
        self._engine = httpx.Client(transport=transport, base_url="http://docker", timeout=30)
        self._services = {one["Id"]: service_of(one) for one in stack.containers()}
        self._askers = ThreadPoolExecutor(len(self._services))

    def look(self) -> Look:
        """Begin to ask about all of them at once: the engine takes a second or two for each."""
        return {container: self._askers.submit(self._read, container) for container in self._services}

    def cores(self, begin: Look, end: Look) -> Counter[str]:
        """In use by each service between two looks."""
        used = Counter[str]()
        for container, service in self._services.items():
            (at, spent), (later, spent_later) = begin[container].result(), end[container].result()
            used[service] += (spent_later - spent) / (later - at)
        return used

    def _read(self, container: str) -> tuple[float, float]:
        """When it was read, and core-seconds so far."""
        told = self._engine.get(f"/containers/{container}/stats?stream=false").raise_for_status().json()
        at = datetime.fromisoformat(told["read"][:26] + "+00:00")  # nanoseconds are more than Python reads
        return at.timestamp(), told["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._askers.shutdown()
        self._engine.close()


def service_of(container: dict[str, Any]) -> str:
    """The name that Compose knows it by."""
    return str(container["Config"]["Labels"]["com.docker.compose.service"])
