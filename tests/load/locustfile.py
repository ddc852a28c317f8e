"""Replays a recorded scenario with Locust, against a stack anywhere.

    locust -f tests/load/locustfile.py --headless --host http://127.0.0.1:8000 --rate 20 --seconds 60

An open model: uploads leave at their due time, independent of earlier ones, as from independent people. In a closed
model each user waits for a response before the next request, so a slow server gets less load, which hides its latency
(coordinated omission). For the same reason times count from the due time, not from the actual send.

At the end every accepted photo is polled until it is final. The exit status is 1 when one is lost, or when an upload
got a status other than 200, 202 or 429.
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

WAIT_SECONDS = 30  # the API's maximum
LOST_AFTER_SECONDS = 120  # after acceptance, without a critique
MAX_CONCURRENT = 490  # concurrent uploads; the edge allows 500 connections per address
REJECTED = 429


@events.init_command_line_parser.add_listener
def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--scenario", type=Path, default=RECORDED, help="what to replay (tests/load/record.py)")
    parser.add_argument("--rate", type=float, default=0.0, help="photos a second, on average; 0: as fast as recorded")
    parser.add_argument("--even", action="store_true", help="smooth the recorded bursts out")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long")
    parser.add_argument("--report", type=Path, help="save the outcome of each upload there, one line of JSON each")


class AllClients(FastHttpUser):
    """All clients in one process: one greenlet per upload."""

    concurrency = MAX_CONCURRENT

    @task
    def replay(self) -> None:
        """Send everything, poll every photo, save the report, and quit."""
        options = self.environment.parsed_options
        scenario = Scenario.load(options.scenario)
        self._photos, self._albums = RealPhotos(), self._make_albums(scenario)
        self._sent: list[Sent] = []
        self._send_all(arrivals(scenario, options))
        self._poll_all([photo for sent in self._sent for photo in sent.photos])
        if options.report:
            options.report.write_text("".join(sent.line() for sent in self._sent))
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
        with self.client.post(target, data=data, headers=headers, name=name, catch_response=True) as response:
            took, status = time.perf_counter() - due, response.status_code or 0
            response.request_meta["response_time"] = 1000 * took
            if status == REJECTED:
                response.request_meta["name"] = f"{name}: rejected"
                response.success()
            ids = accepted_ids(response.json()) if status in (200, 202) else ()
        times = (at, 1000 * (left - due), 1000 * took)
        self._sent.append(
            Sent(*times, status, headers["X-Request-ID"], upload.route, upload.waits, ids, len(photos), len(data))
        )

    def _poll_all(self, photos: list[str]) -> None:
        deadline = time.monotonic() + LOST_AFTER_SECONDS
        for photo in photos:
            self._poll(photo, deadline)

    def _poll(self, photo: str, deadline: float) -> None:
        target = f"/v1/photos/{photo}"
        for pause in itertools.repeat(0.2):
            with self.client.get(target, name="/v1/photos/{photo_id}", catch_response=True) as response:
                state = response.json()["state"] if response.status_code == 200 else str(response.status_code)
                waits = state in ("queued", "running") and time.monotonic() < deadline
                if state != "done" and not waits:
                    response.failure(f"accepted, and then {state}")
            if not waits:
                return
            gevent.sleep(pause)


def arrivals(scenario: Scenario, options: Any) -> Iterator[tuple[float, Upload]]:
    """Due times and uploads, by the options."""
    rate = options.rate or scenario.photos_per_second
    return (
        scenario.evenly(rate, options.seconds)
        if options.even
        else scenario.replayed(rate / scenario.photos_per_second, options.seconds)
    )
