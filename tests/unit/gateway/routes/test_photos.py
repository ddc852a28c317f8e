"""Photos: upload, long poll, preview, original, delete."""

import hashlib
from threading import Timer

import pytest
from tests.support.critiques import make_critique
from tests.unit.gateway.application import PHOTO, Application
from tests.unit.gateway.conftest import Start

from critic_core.contracts.errors import PhotoCorrupt
from critic_core.contracts.photo import CRITIQUE_QUEUE
from critic_core.runtime.storage import preview_key

UNKNOWN = "01a21cba-dd0d-7839-bea3-9a094865657e"
FILES = [("file", ("a.jpg", PHOTO)), ("file", ("b.jpg", b"plain text")), ("other", ("c.jpg", PHOTO))]


def test_an_accepted_photo_is_stored_and_enqueued(gateway: Application) -> None:
    response = gateway.send()
    photo = response.json()
    assert (response.status_code, response.headers["location"]) == (202, f"/v1/photos/{photo['id']}")
    assert (photo["state"], photo["sha256"]) == ("queued", hashlib.sha256(PHOTO).hexdigest())
    assert [path.read_bytes() for path in gateway.stored_files()] == [PHOTO]
    assert gateway.redis.llen(CRITIQUE_QUEUE) == 1
    assert gateway.http.get(f"/v1/photos/{photo['id']}").json() == photo


def test_several_files_get_receipts_in_order_and_a_bad_one_fails_alone(gateway: Application) -> None:
    receipts = gateway.http.post("/v1/photos", files=FILES).json()["photos"]
    assert [receipt["file_name"] for receipt in receipts] == ["a.jpg", "b.jpg", "c.jpg"]
    assert [receipt.get("problem", {}).get("code") for receipt in receipts] == [None, "photo_unsupported", None]


def test_a_finished_upload_is_200_and_a_failed_one_its_problem(gateway: Application) -> None:
    for finish, status in (
        (lambda photo_id: gateway.jobs.finish(photo_id, make_critique()), 200),
        (lambda photo_id: gateway.jobs.fail(photo_id, PhotoCorrupt().problem()), 422),
    ):
        worker = Timer(0.1, lambda finish=finish: finish(gateway.jobs.queued_longer_than(0)[0]))
        worker.start()
        response = gateway.send(params={"wait": 10})
        worker.join()
        assert response.status_code == status
    assert response.json()["code"] == "photo_corrupt"
    assert response.json()["instance"].startswith("/v1/photos/")


def test_a_long_poll_ends_with_the_critique(gateway: Application) -> None:
    photo_id = gateway.new_photo()
    worker = Timer(0.1, lambda: gateway.jobs.finish(photo_id, make_critique(80)))
    worker.start()
    photo = gateway.http.get(f"/v1/photos/{photo_id}", params={"wait": 10}).json()
    worker.join()
    assert (photo["state"], photo["critique"]["score"]) == ("done", 80)


@pytest.mark.parametrize("wait", ["31", "-1", "soon"])
def test_an_invalid_wait_is_an_invalid_request(gateway: Application, wait: str) -> None:
    response = gateway.send(params={"wait": wait})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


def test_a_preview_is_pending_until_the_photo_is_done(gateway: Application) -> None:
    photo_id = gateway.new_photo()
    path = f"/v1/photos/{photo_id}/preview"
    response = gateway.http.get(path)
    assert (response.status_code, response.headers["retry-after"]) == (202, "2")
    assert response.headers["content-type"] == "application/json"
    assert (response.json()["code"], response.json()["permanent"]) == ("preview_pending", False)
    gateway.storage.put(preview_key(photo_id), b"small jpeg")
    gateway.jobs.finish(photo_id, make_critique())
    response = gateway.http.get(path)
    assert (response.status_code, response.content) == (200, b"small jpeg")
    assert (response.headers["content-type"], response.headers["cache-control"]) == (
        "image/jpeg",
        "private, no-store",
    )


def test_the_original_is_the_uploaded_file(gateway: Application) -> None:
    response = gateway.http.get(f"/v1/photos/{gateway.new_photo()}/original")
    assert (response.content, response.headers["content-type"]) == (PHOTO, "image/jpeg")


def test_a_deleted_photo_leaves_nothing(gateway: Application) -> None:
    path = f"/v1/photos/{gateway.new_photo()}"
    assert [gateway.http.delete(path).status_code for _ in range(2)] == [204, 404]
    assert (gateway.stored_files(), gateway.jobs.backlog()) == ([], 0)


@pytest.mark.parametrize("photo_id", ["x", "%2e%2e", "01A21CBA-DD0D-7775-A0B8-C43223D9AF0E", UNKNOWN])
@pytest.mark.parametrize("path", ["", "/preview", "/original", "/deliveries"])
def test_an_unknown_photo_is_not_found(gateway: Application, photo_id: str, path: str) -> None:
    response = gateway.http.get(f"/v1/photos/{photo_id}{path}")
    assert (response.status_code, response.json()["code"]) == (404, "photo_not_found")


def test_a_full_backlog_rejects_before_the_options_are_checked(start: Start) -> None:
    gateway = start(max_backlog=1, retry_after_seconds=7)
    assert gateway.send().status_code == 202
    response = gateway.send(params={"model": "unknown"})
    assert (response.status_code, response.json()["code"]) == (429, "overloaded")
    assert response.headers["retry-after"] == "7"
    assert len(gateway.stored_files()) == 1
