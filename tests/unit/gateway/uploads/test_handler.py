"""An upload from request to receipts: repeated requests, time limits, waiting for critiques."""

import asyncio
from collections.abc import AsyncIterator
from threading import Thread

import pytest
from tests.support.critiques import make_critique
from tests.support.waiting import until
from tests.unit.gateway.application import PHOTO, Application
from tests.unit.gateway.conftest import Start

from critic_core.contracts.photo import CRITIQUE_QUEUE

KEY = {"Idempotency-Key": "once"}


def test_a_repeated_upload_gets_the_first_photo(gateway: Application) -> None:
    first, second = (gateway.send(headers=KEY).json() for _ in range(2))
    assert first["id"] == second["id"]
    assert len(gateway.stored_files()) == gateway.redis.llen(CRITIQUE_QUEUE) == 1


def test_a_key_belongs_to_one_body(gateway: Application) -> None:
    gateway.send(headers=KEY)
    response = gateway.send(PHOTO + b"more", headers=KEY)
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
    assert len(gateway.stored_files()) == 1


def test_a_repeated_upload_keeps_the_errors_of_its_files(gateway: Application) -> None:
    files = [("file", ("a.jpg", PHOTO)), ("file", ("b.txt", b"text"))]
    first, second = (gateway.http.post("/v1/photos", files=files, headers=KEY).json() for _ in range(2))
    assert first == second


def test_a_repeated_upload_keeps_the_files_over_the_quota_rejected(start: Start) -> None:
    """The photo of the second file must not answer for the first one, nor the other way round."""
    gateway = start(quota_photos_per_day=1)
    files = [("file", (name, PHOTO + name.encode())) for name in ("a.jpg", "b.jpg")]
    first, second = (gateway.http.post("/v1/photos", files=files, headers=KEY).json() for _ in range(2))
    assert [receipt.get("problem", {}).get("code") for receipt in first["photos"]] == [None, "quota_exceeded"]
    assert first == second


def test_a_failed_upload_frees_its_key(gateway: Application) -> None:
    broken = {**KEY, "content-type": "multipart/form-data; boundary=x"}
    assert gateway.send(b"broken", headers=broken).status_code == 422
    assert gateway.send(headers=KEY).status_code == 202


def test_an_upload_without_a_file_is_invalid(gateway: Application) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\ntext\r\n--x--\r\n'
    response = gateway.send(body, headers={"content-type": "multipart/form-data; boundary=x"})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


def test_a_slow_upload_times_out_and_leaves_nothing(start: Start) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield PHOTO
        await asyncio.sleep(10)

    gateway = start(upload_timeout_seconds=1)
    response = gateway.http.post("/v1/photos", content=slow())
    assert (response.status_code, response.json()["code"]) == (408, "upload_timeout")
    assert gateway.stored_files() == []


def test_receipts_have_the_critiques_after_the_wait(gateway: Application) -> None:
    def finish_both() -> None:
        until(lambda: len(gateway.jobs.queued_longer_than(0)) == 2)
        for photo_id in gateway.jobs.queued_longer_than(0):
            gateway.jobs.finish(photo_id, make_critique(80))

    worker = Thread(target=finish_both)
    worker.start()
    files = [("file", (name, PHOTO)) for name in ("a.jpg", "b.jpg")]
    response = gateway.http.post("/v1/photos", files=files, params={"wait": 10})
    worker.join()
    assert response.status_code == 200
    assert [receipt["photo"]["critique"]["score"] for receipt in response.json()["photos"]] == [80, 80]


@pytest.mark.parametrize(("photos", "wait", "lane"), [(1, 0.01, "interactive"), (2, 0.01, "batch"), (1, 0, "batch")])
def test_a_few_photos_with_a_wait_are_interactive(start: Start, photos: int, wait: float, lane: str) -> None:
    gateway = start(max_interactive_photos=1)
    files = [("file", (f"{number}.jpg", PHOTO)) for number in range(photos)]
    response = gateway.http.post("/v1/photos", files=files, params={"wait": wait}).json()
    receipts = response.get("photos", [{"photo": response}])
    assert {receipt["photo"]["lane"] for receipt in receipts} == {lane}


def test_many_photos_with_a_wait_are_admitted_as_a_batch(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("critic_gateway.limits.admission.UNKNOWN_THROUGHPUT_LIMIT", 1)
    gateway = start(max_interactive_photos=1)
    gateway.send()
    files = [("file", (name, PHOTO)) for name in ("a.jpg", "b.jpg")]
    response = gateway.http.post("/v1/photos", files=files, params={"wait": 1})
    assert (response.status_code, len(gateway.stored_files())) == (429, 1)
    assert gateway.send(params={"wait": 0.01}).status_code == 202


def test_an_upload_over_its_limits_is_rejected_as_a_whole(start: Start) -> None:
    gateway = start(max_photos_per_request=1)
    files = [("file", (name, PHOTO)) for name in ("a.jpg", "b.jpg")]
    response = gateway.http.post("/v1/photos", files=files)
    assert (response.status_code, response.json()["code"]) == (413, "too_many_photos")
    assert gateway.stored_files() == []
