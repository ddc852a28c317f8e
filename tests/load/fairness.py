"""Two callers and one stack: the wait of an interactive photo beside a long queue, shares of the throughput, 429.

    python -m tests.load.fairness                    # beside 0, 300 and 3,000 queued photos
    python -m tests.load.fairness --queued 0 300

1. One caller queues photos, another one sends single photos with `?wait=`: their latency, and the part over the stages
   of the photo itself.
2. Two callers queue photos without pause until both get 429: photos finished for each, and how long after a rejection
   an upload is admitted, relative to its Retry-After (without those of the least Retry-After).
3. The worker is killed with all its processes: the time until its photos are queued again.

Photos have 12 megapixels; from `--small-from` queued photos, 1024×768 pixels. Client and stack share the machine.
"""

import argparse
import hashlib
import math
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import httpx
from tests.load.photos import jpegs
from tests.support.local_stack import LocalStack

from critic_core.contracts.photo import PhotoState
from critic_core.runtime.redis_client import connect
from critic_core.stores.jobs import JobStore
from critic_core.stores.photo_queue_lua import RUNNING

CALLERS = ("person", "flood", "second")
LARGE, SMALL = (4000, 3000), (1024, 768)
UPLOAD, FLOOD_UPLOAD = 10, 50  # photos of one upload; many at once make Retry-After longer than the least
LEAST_RETRY_AFTER = 2  # CRITIC_RETRY_AFTER_SECONDS
MOST_SAMPLES, LEAST_SAMPLES = 100, 20
RETRY_SECONDS = 0.2
_unique = count()


@dataclass(frozen=True)
class Latency:
    """An interactive photo: from the first byte of the request to the critique, and its own stages."""

    seconds: float
    stages: float


@dataclass(frozen=True)
class Flooder:
    """A caller that uploads without pause: its finished photos, and real divided by promised waits after 429."""

    name: str
    finished: int
    rejections: list[tuple[float, int]]  # seconds until the next admission, Retry-After


def main() -> None:
    """Measure, and print tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queued", type=int, nargs="*", default=[0, 300, 3000], help="photos of the other caller")
    parser.add_argument("--small-from", type=int, default=1000, help="so many queued photos are small ones")
    parser.add_argument("--seconds", type=float, default=60.0, help="of two callers without pause")
    parser.add_argument("--max-wait", type=float, default=6.0, help="CRITIC_MAX_WAIT_SECONDS meanwhile")
    parser.add_argument("--only-latency", action="store_true", help="measure the interactive photos alone")
    arguments = parser.parse_args()
    large, small = jpegs(4, LARGE), jpegs(4, SMALL)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print("| queued photos of another caller | samples | p50 | p99 | over its stages, p50 | p99 |")
    print("|---|---|---|---|---|---|")
    for queued in arguments.queued:
        print(row(queued, SMALL if queued >= arguments.small_from else LARGE), flush=True)
    if arguments.only_latency:
        return
    for flooder in two_floods(small, arguments.seconds, arguments.max_wait):
        print(flood_line(flooder))
    print(f"\nphotos of a killed worker: queued again after {recovery(large):.1f} s")


def row(queued: int, size: tuple[int, int]) -> str:
    """A line of the table."""
    with stack(MAX_WAIT_SECONDS="0", MAX_BACKLOG="100000") as running:
        measured = beside(running, queued, jpegs(4, size))
    seconds = [latency.seconds for latency in measured]
    over = [latency.seconds - latency.stages for latency in measured]
    cells = (f"{percentile(values, part):.2f} s" for values in (seconds, over) for part in (0.5, 0.99))
    return f"| {queued:,} of {size[0]}×{size[1]} | {len(measured)} | {' | '.join(cells)} |"


def beside(running: LocalStack, queued: int, photos: list[bytes]) -> list[Latency]:
    """Interactive photos one after the other, while the other caller's are queued."""
    with client(running, "flood") as flood, client(running, "person") as person, store(running) as jobs:
        for photo in photos:
            interactive(person, photo)  # warm
        for _ in range(queued // UPLOAD):
            upload(flood, photos, UPLOAD).raise_for_status()
        measured: list[Latency] = []
        while len(measured) < MOST_SAMPLES and (not queued or jobs.backlog() > 2 or len(measured) < LEAST_SAMPLES):
            measured.append(interactive(person, photos[len(measured) % len(photos)]))
            if not queued and len(measured) >= LEAST_SAMPLES * 2:
                break
        return measured


def interactive(caller: httpx.Client, photo: bytes) -> Latency:
    """One photo that its caller waits for."""
    began = time.perf_counter()
    reply = caller.post("/v1/photos", params={"wait": 30}, content=unique(photo))
    seconds = time.perf_counter() - began
    assert reply.status_code == 200, reply.text
    return Latency(seconds, reply.json()["critique"]["timings_ms"]["total"] / 1000)


def two_floods(photos: list[bytes], seconds: float, max_wait: float) -> list[Flooder]:
    """Two callers upload without pause at the same time."""
    with stack(MAX_WAIT_SECONDS=str(max_wait)) as running, ThreadPoolExecutor(2) as threads:
        return list(threads.map(lambda name: flood(running, name, photos, seconds), CALLERS[1:]))


def flood(running: LocalStack, name: str, photos: list[bytes], seconds: float) -> Flooder:
    """Upload until the end; after a rejection, retry until an upload is admitted."""
    end, rejections, ids = time.monotonic() + seconds, list[tuple[float, int]](), list[str]()
    with client(running, name) as caller:
        while time.monotonic() < end:
            reply = upload(caller, photos, FLOOD_UPLOAD)
            if reply.status_code == 429:
                promised, began = int(reply.headers["retry-after"]), time.monotonic()
                while (reply := upload(caller, photos, 1)).status_code == 429 and time.monotonic() < end:
                    time.sleep(RETRY_SECONDS)
                if reply.status_code != 429:
                    rejections.append((time.monotonic() - began, promised))
            ids += photo_ids(reply)
        finished = sum(final(caller, photo_id) for photo_id in ids)
    return Flooder(name, finished, rejections)


def photo_ids(reply: httpx.Response) -> list[str]:
    """The accepted photos of a response."""
    body = reply.json()
    receipts = body.get("photos", [{"photo": body}])
    return [receipt["photo"]["id"] for receipt in receipts if "id" in (receipt.get("photo") or {})]


def final(caller: httpx.Client, photo_id: str) -> bool:
    """True for a photo that is done or failed by now."""
    return PhotoState(caller.get(f"/v1/photos/{photo_id}").json()["state"]).final


def flood_line(flooder: Flooder) -> str:
    """A sentence about one caller."""
    punctual = sum(seconds <= promised + RETRY_SECONDS for seconds, promised in flooder.rejections)
    ratios = [seconds / promised for seconds, promised in flooder.rejections if promised > LEAST_RETRY_AFTER]
    median = f"{statistics.median(ratios):.2f} (median of {len(ratios)})" if ratios else "none"
    return (
        f"\ncaller {flooder.name}: {flooder.finished} photos finished; after {len(flooder.rejections)} rejections, "
        f"{punctual} times admitted within Retry-After; real to promised wait: {median}"
    )


def recovery(photos: list[bytes]) -> float:
    """Seconds from the death of the worker until its photos are queued again or finished."""
    with stack() as running, client(running, "flood") as caller, store(running) as jobs:
        upload(caller, photos, 3 * UPLOAD).raise_for_status()
        while not (held := held_photos(running)):
            time.sleep(0.01)
        began = time.perf_counter()
        running.service("worker").kill()
        while set(held) & set(held_photos(running)):
            time.sleep(0.05)
        assert jobs.backlog()
        return time.perf_counter() - began


def held_photos(running: LocalStack) -> list[str]:
    """Photos in progress that no second delivery has reached."""
    with connect(running.note().redis_url) as redis:
        photo_ids = [str(photo_id) for photo_id in redis.zrange(RUNNING, 0, -1)]
        return [photo_id for photo_id in photo_ids if redis.hget(f"critic:photo:{photo_id}", "claims") == "1"]


# -- the stack and its callers ----------------------------------------------------------------------------------------


@contextmanager
def stack(**settings: str) -> Iterator[LocalStack]:
    """A local stack with an API key for each caller."""
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "keys.toml"
        keys.write_text(
            "".join(f'[{name}]\nsha256 = "{hashlib.sha256(name.encode()).hexdigest()}"\n' for name in CALLERS)
        )
        running = LocalStack(Path(folder) / "data", API_KEYS_TOML=str(keys), **settings)
        running.start()
        try:
            yield running
        finally:
            running.stop()


def client(running: LocalStack, caller: str) -> httpx.Client:
    """HTTP as that caller."""
    return running.client(headers={"X-API-Key": caller})


@contextmanager
def store(running: LocalStack) -> Iterator[JobStore]:
    """The job store of the stack."""
    with connect(running.note().redis_url) as redis:
        yield JobStore(redis)


def upload(caller: httpx.Client, photos: list[bytes], number: int) -> httpx.Response:
    """Send so many photos nobody waits for."""
    files = [("file", (f"{index}.jpg", unique(photos[index % len(photos)]))) for index in range(number)]
    return caller.post("/v1/photos", files=files)


def unique(photo: bytes) -> bytes:
    """The photo with different bytes behind its end."""
    return photo + str(next(_unique)).encode()


def percentile(values: list[float], part: float) -> float:
    """The value that this part of the values does not exceed."""
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]


if __name__ == "__main__":
    main()
