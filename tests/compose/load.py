"""A load of real photographs through the edge: every photo is other bytes, everything that goes wrong is counted."""

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
from tests.support.shoots import shoot
from tests.support.waiting import until

PAUSE = 0.1
"""Seconds between a client's answer and its next photo: without, clients take the cores from containers that start."""
TRIES = 15
"""No photo is sent more often: with a pause of a second this bridges a killed gateway's lease on its key."""


@dataclass
class Outcome:
    """What clients saw."""

    photos: list[str] = field(default_factory=list)
    again: Counter[str] = field(default_factory=Counter)  # why a photo was sent once more
    lost: list[str] = field(default_factory=list)  # why a client gave up
    slowest: float = 0.0


class Follower(threading.Thread):
    """Follows an album as the page does: whenever the stream ends, it goes on after the last event that it saw."""

    def __init__(self, url: str, album: str) -> None:
        super().__init__(daemon=True)
        self._client = httpx.Client(base_url=url, timeout=httpx.Timeout(10, read=30))
        self._path, self._last_event_id = f"/v1/albums/{album}/events", ""
        self._leave = threading.Event()
        self.done: Counter[str] = Counter()
        self.connections = 0

    def run(self) -> None:
        while not self._leave.is_set():
            with suppress(httpx.TransportError):
                self._follow()
            self._leave.wait(0.2)

    def stop(self) -> None:
        self._leave.set()

    def _follow(self) -> None:
        headers = {"Last-Event-ID": self._last_event_id} if self._last_event_id else {}
        with self._client.stream("GET", self._path, headers=headers) as stream:
            self.connections += stream.is_success
            event: dict[str, str] = {}
            for line in stream.iter_lines():
                name, _, value = line.partition(": ")
                event[name] = value
                if name == "data":
                    self._take(event)
                if self._leave.is_set():
                    return

    def _take(self, event: dict[str, str]) -> None:
        self._last_event_id = event["id"]
        if event["event"] == "photo_done":
            self.done[json.loads(event["data"])["photo_id"]] += 1


class Load:
    """So many clients send photos into one album, one each at a time, and wait for its answer."""

    def __init__(self, url: str, clients: int = 4) -> None:
        self.url, self._photos = url, shoot(40, (320, 240))
        self._count, self._lock = itertools.count(), threading.Lock()
        self._leave = threading.Event()
        self.outcome = Outcome()
        self.album = str(httpx.post(f"{url}/v1/albums", timeout=20).raise_for_status().json()["id"])
        self.follower = Follower(url, self.album)
        self._threads = [threading.Thread(target=self._client, daemon=True) for _ in range(clients)]

    def start(self) -> None:
        self.follower.start()
        until(lambda: self.follower.connections, 20, "the follower's connection")
        for thread in self._threads:
            thread.start()

    def stop(self) -> Outcome:
        """No new photos; comes back when each client has its last answer."""
        self._leave.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a client hangs"
        return self.outcome

    def more(self, photos: int, seconds: float = 60) -> None:
        """Wait until so many more photos were answered than now."""
        target = len(self.outcome.photos) + photos
        until(lambda: self.outcome.lost or len(self.outcome.photos) >= target, seconds, f"{photos} more answers")

    def photo(self) -> bytes:
        """One that nobody sent yet: a part of a real photograph, with a number as its comment."""
        number = next(self._count)
        photo = self._photos[number % len(self._photos)]
        comment = f"{number}-{uuid4().hex}".encode()
        return photo[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + photo[2:]

    def _client(self) -> None:
        with httpx.Client(base_url=self.url, timeout=20) as client:
            while not self._leave.is_set():
                started = time.monotonic()
                photo_id = self._send(client, self.photo(), str(uuid4()))
                with self._lock:
                    self.outcome.slowest = max(self.outcome.slowest, time.monotonic() - started)
                    if photo_id:
                        self.outcome.photos.append(photo_id)
                self._leave.wait(PAUSE)

    def _send(self, client: httpx.Client, photo: bytes, key: str) -> str | None:
        why = ""
        for _ in range(TRIES):
            why, photo_id = self._try(client, photo, key)
            if photo_id:
                return photo_id
            self.outcome.again[why] += 1
            time.sleep(1)  # what Retry-After says
        self.outcome.lost.append(why)
        return None

    def _try(self, client: httpx.Client, photo: bytes, key: str) -> tuple[str, str | None]:
        """Why it has to be sent again, or the photo's id."""
        path, headers = f"/v1/albums/{self.album}/photos", {"Idempotency-Key": key}
        try:
            answer = client.post(path, params={"wait": 15}, content=photo, headers=headers)
        except httpx.TransportError as error:
            return type(error).__name__, None
        if not answer.is_success:
            return f"{answer.status_code} {answer.json()['code']}", None
        (receipt,) = answer.json()["photos"]
        return "", str(receipt["photo"]["id"])


@contextmanager
def load(url: str, clients: int = 4) -> Iterator[Load]:
    """Load for as long as the block lasts."""
    running = Load(url, clients)
    running.start()
    try:
        running.more(5)
        yield running
    finally:
        running.stop()


def assert_nothing_lost_nothing_twice(running: Load) -> None:
    """Every photo that was sent is answered, once: for its sender, in its album, and for who followed the album."""
    outcome = running.stop()
    assert outcome.lost == []
    assert len(outcome.photos) == len(set(outcome.photos)) > 0
    page = until(lambda: _all_done(running), 60, "an answer to every photo")
    assert page["failed"] == 0, problems(running)
    assert page["photos"] == len(outcome.photos), page
    until(lambda: len(running.follower.done) >= len(outcome.photos), 30, "the follower's last event")
    running.follower.stop()
    assert running.follower.done == Counter(outcome.photos)


def problems(running: Load) -> Counter[str]:
    """Why photos failed."""
    with httpx.Client(base_url=running.url, timeout=20) as client:
        photos = (client.get(f"/v1/photos/{photo}").json() for photo in running.outcome.photos)
        return Counter(photo["problem"]["code"] for photo in photos if photo["state"] == "failed")


def _all_done(running: Load) -> dict[str, int] | None:
    answer = httpx.get(f"{running.url}/v1/albums/{running.album}", params={"limit": 1}, timeout=20)
    counts: dict[str, int] = answer.json()["album"]["counts"] if answer.is_success else {"pending": 1}
    return None if counts["pending"] else counts
