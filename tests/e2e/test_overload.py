"""Far more than the stack can carry: what does not fit is rejected, and every accepted photo is scored once.

`python -m tests.load.overload` measures how soon a rejection comes and how long an accepted photo waits.
"""

import itertools
import json
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.support.local_stack import LocalStack
from tests.support.photos import DATA
from tests.support.tiny_model import publish_tiny_model
from tests.support.waiting import until

ACCEPTED, REJECTED = 202, 429
CLIENTS, ENOUGH = 8, 25
WARM_UP = 8  # photos until the gateway knows how fast they are scored
PHOTO = (DATA / "rocket.jpg").read_bytes()


class Flood:
    """Clients that upload without a pause, until enough photos were accepted and enough rejected."""

    def __init__(self, stack: LocalStack) -> None:
        self._stack, self._numbers, self._lock = stack, itertools.count(), threading.Lock()
        self.answers: list[httpx.Response] = []

    def run(self) -> None:
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(self._upload, range(CLIENTS)))

    def of(self, status: int) -> list[httpx.Response]:
        return [answer for answer in self.answers if answer.status_code == status]

    @property
    def photos(self) -> list[str]:
        return [answer.json()["id"] for answer in self.of(ACCEPTED)]

    def _upload(self, _: int) -> None:
        with self._stack.client() as http:
            while not self._is_enough():
                body = PHOTO + next(self._numbers).to_bytes(4, "big")  # other bytes, the same picture
                answer = http.post("/v1/photos", content=body)
                with self._lock:
                    self.answers.append(answer)

    def _is_enough(self) -> bool:
        with self._lock:
            return min(len(self.of(ACCEPTED)), len(self.of(REJECTED))) >= ENOUGH or bool(self._unexpected())

    def _unexpected(self) -> set[int]:
        return {answer.status_code for answer in self.answers} - {ACCEPTED, REJECTED}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack whose backlog may be what one process scores within a second, and forty photos at most."""
    folder = tmp_path_factory.mktemp("overload")
    publish_tiny_model(folder / "models")
    settings = {"MODEL_REPOSITORY": str(folder / "models"), "WORKER_CONCURRENCY": "1"}
    running = LocalStack(folder / "data", LOG_FORMAT="json", MAX_WAIT_SECONDS="1", MAX_BACKLOG="40", **settings)
    running.start()
    with running.client() as http:
        for _ in range(WARM_UP):
            http.post("/v1/photos", params={"wait": 30}, content=PHOTO).raise_for_status()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def flood(stack: LocalStack) -> Flood:
    flood = Flood(stack)
    flood.run()
    return flood


def test_what_does_not_fit_is_rejected_with_429_and_nothing_else(flood: Flood) -> None:
    assert {answer.status_code for answer in flood.answers} == {ACCEPTED, REJECTED}
    for answer in flood.of(REJECTED):
        assert (answer.json()["code"], answer.json()["permanent"]) == ("overloaded", False)
        assert int(answer.headers["retry-after"]) >= 1


def test_every_accepted_photo_is_scored_once(stack: LocalStack, flood: Flood) -> None:
    photos = flood.photos
    assert len(set(photos)) == len(photos) >= ENOUGH
    until(lambda: set(photos) <= set(events(stack, "photo_done")), 200, "a critique of every accepted photo")
    accepted = events(stack, "photo_accepted")
    assert accepted == events(stack, "photo_done")
    assert accepted.total() == len(photos) + WARM_UP
    assert not events(stack, "photo_failed")


def events(stack: LocalStack, name: str) -> Counter[str]:
    """How often the stack's log has that event, by photo."""
    lines = (json.loads(line[line.index("{") :]) for line in stack.said().splitlines() if f'"{name}"' in line)
    return Counter(line["photo_id"] for line in lines if line["event"] == name)
