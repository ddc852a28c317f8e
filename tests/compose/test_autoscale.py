"""Workers come with the load and go when it is over, and no photo notices."""

import json
import math
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.compose.stack import Stack
from tests.support.waiting import until

from critic_core.contracts.photo import PhotoState

pytestmark = [pytest.mark.compose, pytest.mark.timeout(660)]

PER_WORKER, MOST = 10, 3
RAMP = [(0.5, 3), (1.5, 10), (2.5, math.inf)]
"""How many photos are under way, in what one worker may have; and how many are answered before there are more."""
TRICKLE = 1.0
"""Seconds between photos while workers leave, so that they have something to lose."""
RULE = ["--photos-per-worker", str(PER_WORKER), "--most", str(MOST), "--every", "1"]
RULE += ["--patience-seconds", "6", "--shrink-seconds", "3"]  # in use, minutes


class Follower(threading.Thread):
    """Counts how often the album's events say of each photo that it is done, until the album is gone."""

    def __init__(self, stack: Stack, album: str) -> None:
        super().__init__(daemon=True)
        self._client, self._url = stack.client, f"/v1/albums/{album}/events"
        self.answers: Counter[str] = Counter()

    def run(self) -> None:
        name = ""
        with self._client.stream("GET", self._url) as events:
            for line in events.iter_lines():
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "data" and name == "photo_done":
                    self.answers[json.loads(value)["photo"]] += 1


class Load(threading.Thread):
    """Keeps more and more photos under way, however fast they go, until eased; then a few, until it is enough."""

    def __init__(self, stack: Stack, album: str, data: bytes, follower: Follower) -> None:
        super().__init__(daemon=True)
        self._client, self._album, self._data, self._follower = stack.client, album, data, follower
        self.accepted: list[str] = []
        self.crossed = 0.0  # when one worker first had too much
        self.eased, self.enough = threading.Event(), threading.Event()

    def run(self) -> None:
        for workers, answers in RAMP:
            until_answered = len(self._follower.answers) + answers
            while not self.eased.is_set() and len(self._follower.answers) < until_answered:
                self._keep(workers * PER_WORKER)
        while not self.enough.wait(TRICKLE):  # the pace, not a wait for anything
            self._send()

    def _keep(self, under_way: float) -> None:
        if len(self.accepted) - len(self._follower.answers) < under_way:
            self._send()
        else:
            self.eased.wait(0.02)

    def _send(self) -> None:
        # The same picture each time, told apart by what stands behind its end.
        data = self._data + len(self.accepted).to_bytes(4, "big")
        answer = self._client.post(f"/v1/albums/{self._album}/photos", content=data)
        if answer.status_code == 429:  # more than this machine can do: a client comes again
            self.enough.wait(float(answer.headers["retry-after"]))
            return
        assert answer.status_code == 202, answer.text
        self.accepted.append(answer.json()["photos"][0]["photo"]["id"])
        if not self.crossed and len(self.accepted) - len(self._follower.answers) > 1.1 * PER_WORKER:
            self.crossed = time.monotonic()


@pytest.fixture
def autoscaler(stack: Stack, tmp_path: Path) -> Iterator[Path]:
    """The autoscaler beside the stack, which has one worker; the file with what it says."""
    stack.scale(worker=1)
    said = tmp_path / "autoscaler"
    process = stack.beside("infra.compose.autoscale", *RULE, output=said)
    yield said
    process.terminate()
    assert process.wait(timeout=150) == 0, said.read_text()
    stack.up()


def test_workers_come_and_go_with_the_load_and_no_photo_is_lost(
    stack: Stack, autoscaler: Path, slow_photo: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    album = stack.client.post("/v1/albums", json={}).raise_for_status().json()["id"]
    follower = Follower(stack, album)
    load = Load(stack, album, slow_photo, follower)
    follower.start()
    load.start()
    grown, healthy = watch_growth(stack)
    load.eased.set()
    shrunk = until(
        lambda: workers(stack) == 1 and time.monotonic(), 180, f"the end of scaling\n{autoscaler.read_text()}"
    )
    load.enough.set()
    load.join(timeout=30)

    report = f"a second worker {grown - load.crossed:.1f} s after one had too much, at work after "
    report += (
        f"{healthy - load.crossed:.1f} s; one worker again {shrunk - grown:.0f} s later, {len(load.accepted)} photos\n"
    )
    with capsys.disabled():
        sys.stdout.write(f"\n{autoscaler.read_text()}{report}")
    assert healthy - load.crossed < 60

    until(lambda: len(follower.answers) == len(load.accepted), 60, "an answer to every photo")
    assert {stack.photo(photo).state for photo in load.accepted} == {PhotoState.done}
    stack.client.delete(f"/v1/albums/{album}").raise_for_status()
    follower.join(timeout=30)
    assert follower.answers == Counter(dict.fromkeys(load.accepted, 1))


def watch_growth(stack: Stack) -> tuple[float, float]:
    """When the second worker was there, and when it worked."""
    grown = until(lambda: workers(stack) > 1 and time.monotonic(), 90, "a second worker")
    healthy = until(lambda: workers(stack, "healthy") > 1 and time.monotonic(), 90, "its health")
    return grown, healthy


def workers(stack: Stack, *healths: str) -> int:
    """How many run; when told, those of such a health only."""
    lines = stack.compose("ps", "--format", "json", "worker").splitlines()
    return sum(not healths or json.loads(line)["Health"] in healths for line in lines)
