"""A whole shoot through REST: concurrent uploads, then the wait for the last critique."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import psutil
from tests.support.local_stack import LocalStack

PHOTOS_A_REQUEST, CLIENTS = 10, 2
WARM_UP = 20


@dataclass(frozen=True)
class AlbumRun:
    """Photos a second from the first upload to the last critique, and core-milliseconds of a photo by process."""

    per_second: float
    core_ms: dict[str, float]


def run_album(stack: LocalStack, photos: list[bytes]) -> AlbumRun:
    """Send all photos to an album and wait for all critiques. Raises AssertionError when one fails."""
    with httpx.Client(base_url=stack.url, timeout=120) as client:
        score_album(client, [photo + b"warm" for photo in photos[:WARM_UP]])
        before, began = cpu_seconds(stack), time.perf_counter()
        score_album(client, photos)
        seconds = time.perf_counter() - began
    used = cpu_seconds(stack) - before
    return AlbumRun(len(photos) / seconds, {name: 1000 * spent / len(photos) for name, spent in used.items()})


def score_album(client: httpx.Client, photos: list[bytes]) -> None:
    """Score these photos in a new album."""
    album = client.post("/v1/albums").json()["id"]
    requests = [photos[first : first + PHOTOS_A_REQUEST] for first in range(0, len(photos), PHOTOS_A_REQUEST)]
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda batch: send(client, album, batch), requests))
    with client.stream("GET", f"/v1/albums/{album}/events") as events:
        for line in events.iter_lines():
            if line.startswith("data:") and '"pending":0,' in line:
                break
    counts = client.get(f"/v1/albums/{album}").json()["album"]["counts"]
    assert counts == {"photos": len(photos), "pending": 0, "done": len(photos), "failed": 0}, counts


def send(client: httpx.Client, album: str, photos: list[bytes]) -> None:
    """One request."""
    files = [("file", (f"{number}.jpg", photo)) for number, photo in enumerate(photos)]
    reply = client.post(f"/v1/albums/{album}/photos", files=files)
    assert reply.status_code == 202, reply.text


def cpu_seconds(stack: LocalStack) -> Counter[str]:
    """CPU seconds so far, by kind of process; this process is `client`."""
    spent = Counter[str]()
    for process in stack.processes():
        name = next((part for part in process.cmdline() if part.startswith("critic_")), process.name())
        spent[name] += sum(process.cpu_times()[:2])
    spent["client"] = sum(psutil.Process().cpu_times()[:2])
    return spent
