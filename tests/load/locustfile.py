"""Replays a recorded scenario with Locust, against a stack anywhere.

    locust -f tests/load/locustfile.py --headless --host http://127.0.0.1:8000 --rate 20 --seconds 60

An open model: uploads leave when they are due, whatever became of those before, as people do who know nothing of one
another. A closed one, in which each user waits for an answer before asking again, sends less the slower the answers
come, and so hides how long anybody would have waited. For the same reason times count from when an upload was due, not
from when this process came round to sending it.

In the end every photo that was accepted is asked for until it is answered. The exit status is 1 when one is lost, and
when an upload got anything but an answer or a `429`.
"""

import itertools
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import gevent
from gevent.pool import Pool
from locust import FastHttpUser, events, task

sys.path.insert(0, str(Path(__file__).parents[2]))  # Locust loads this file by its path

from tests.load.replay import RealPhotos, Sent, accepted_ids, body, path
from tests.load.scenario import RECORDED, Scenario, Upload

WAIT_SECONDS = 30  # the longest that one may ask for
LOST_AFTER_SECONDS = 120  # accepted, and still not answered
UNDER_WAY = 490  # more than these wait here, late: the edge lets one address hold 500 connections
REFUSED = 429


@events.init_command_line_parser.add_listener
def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--scenario", type=Path, default=RECORDED, help="what to replay (tests/load/record.py)")
    parser.add_argument("--rate", type=float, default=0.0, help="photos a second, on average; 0: as fast as recorded")
    parser.add_argument("--even", action="store_true", help="smooth the recorded bursts out")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long")
    parser.add_argument("--report", type=Path, help="keep there what became of each upload, a line of JSON each")


class Everybody(FastHttpUser):
    """All who upload, as one process: each upload is a greenlet of its own."""

    concurrency = UNDER_WAY

    @task
    def replay(self) -> None:
        """Send everything, ask for every answer, keep the report, and end."""
        told = self.environment.parsed_options
        scenario = Scenario.load(told.scenario)
        self._photos, self._albums = RealPhotos(), self._make_albums(scenario)
        self._sent: list[Sent] = []
        self._send_all(arrivals(scenario, told))
        self._ask_for_all([photo for sent in self._sent for photo in sent.photos])
        if told.report:
            told.report.write_text("".join(sent.line() for sent in self._sent))
        self.environment.runner.quit()

    def _make_albums(self, scenario: Scenario) -> dict[int, str]:
        numbers = {upload.album for upload in scenario.uploads if upload.album}
        return {number: self.client.post("/v1/albums").json()["id"] for number in numbers}

    def _send_all(self, due: Iterator[tuple[float, Upload]]) -> None:
        pool, began = Pool(), time.perf_counter()
        for at, upload in due:
            photos = [self._photos.like(size) for size in upload.photos]
            gevent.sleep(max(0.0, began + at - time.perf_counter()))
            pool.spawn(self._send, began + at, at, upload, photos)
        pool.join()

    def _send(self, due: float, at: float, upload: Upload, photos: list[bytes]) -> None:
        kind, data = body(photos)
        headers, left = {"Content-Type": kind, "X-Request-ID": uuid4().hex}, time.perf_counter()
        target, name = path(upload, self._albums, WAIT_SECONDS), f"{upload.route}{' and wait' if upload.waits else ''}"
        with self.client.post(target, data=data, headers=headers, name=name, catch_response=True) as answer:
            took, status = time.perf_counter() - due, answer.status_code or 0
            answer.request_meta["response_time"] = 1000 * took
            if status == REFUSED:
                answer.request_meta["name"] = f"{name}: refused"
                answer.success()
            ids = accepted_ids(answer.json()) if status in (200, 202) else ()
        times = (at, 1000 * (left - due), 1000 * took)
        self._sent.append(
            Sent(*times, status, headers["X-Request-ID"], upload.route, upload.waits, ids, len(photos), len(data))
        )

    def _ask_for_all(self, photos: list[str]) -> None:
        deadline = time.monotonic() + LOST_AFTER_SECONDS
        for photo in photos:
            self._ask(photo, deadline)

    def _ask(self, photo: str, deadline: float) -> None:
        target = f"/v1/photos/{photo}"
        for pause in itertools.repeat(0.2):
            with self.client.get(target, name="/v1/photos/{photo_id}", catch_response=True) as answer:
                state = answer.json()["state"] if answer.status_code == 200 else str(answer.status_code)
                waits = state in ("queued", "running") and time.monotonic() < deadline
                if state != "done" and not waits:
                    answer.failure(f"accepted, and then {state}")
            if not waits:
                return
            gevent.sleep(pause)


def arrivals(scenario: Scenario, told: Any) -> Iterator[tuple[float, Upload]]:
    """What is due when, as the command line wants it."""
    rate = told.rate or scenario.photos_per_second
    return (
        scenario.evenly(rate, told.seconds)
        if told.even
        else scenario.replayed(rate / scenario.photos_per_second, told.seconds)
    )
