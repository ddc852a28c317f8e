"""Photos by key: files of the owner's own folder, and nothing beyond."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from tests.support.bucket import small_bucket
from tests.unit.gateway.application import PHOTO, Application, running_application
from tests.unit.gateway.auth.keys import entry, write_keys
from tests.unit.gateway.conftest import Start

from critic_core.contracts.errors import StorageUnavailable
from critic_core.runtime.storage import Storage, uploaded_key
from critic_gateway.settings import GatewaySettings

FOLDER = "incoming"
KEY = f"{FOLDER}/anonymous/2026/IMG 1.jpg"


@pytest.fixture
def gateway(start: Start) -> Application:
    gateway = start(incoming_folder=FOLDER)
    gateway.storage.put(KEY, PHOTO)
    return gateway


def send(gateway: Application, key: str, **headers: str) -> httpx.Response:
    return gateway.http.post("/v1/photos", json={"key": key}, headers=headers)


def code(response: httpx.Response) -> tuple[int, Any]:
    return response.status_code, response.json()["code"]


def test_a_file_of_the_owners_folder_is_a_photo_and_stays(gateway: Application) -> None:
    photo = send(gateway, "2026/IMG 1.jpg").raise_for_status().json()
    assert (photo["file_name"], photo["media_type"]) == ("IMG 1.jpg", "image/jpeg")
    assert gateway.http.get(f"/v1/photos/{photo['id']}/original").content == PHOTO
    assert gateway.storage.get(KEY) == PHOTO


def test_an_idempotency_key_makes_one_photo(gateway: Application) -> None:
    headers = {"Idempotency-Key": "k"}
    ids = [send(gateway, "2026/IMG 1.jpg", **headers).json()["id"] for _ in range(2)]
    assert ids[0] == ids[1]
    assert code(send(gateway, "other.jpg", **headers)) == (422, "idempotency_key_reused")


def test_a_name_of_the_storage_is_shown_without_control_characters(gateway: Application) -> None:
    gateway.storage.put(f"{FOLDER}/anonymous/a\u2028b.jpg", PHOTO)
    assert send(gateway, "a\u2028b.jpg").json()["file_name"] == "ab.jpg"


@pytest.mark.parametrize("key", ["../anonymous/2026/IMG 1.jpg", "/2026", "2026//a", "2026/", ".", "a\\b", "a\x00"])
def test_a_key_is_a_path_below_the_folder(gateway: Application, key: str) -> None:
    assert code(send(gateway, key)) == (422, "invalid_storage_key")


def test_a_key_is_bounded_in_bytes(gateway: Application) -> None:
    assert code(send(gateway, "/".join(["é" * 100] * 5))) == (422, "invalid_storage_key")


@pytest.mark.parametrize("body", [{}, {"url": "https://a.example/", "key": "a"}])
def test_a_photo_has_either_a_url_or_a_key(gateway: Application, body: dict[str, str]) -> None:
    assert code(gateway.http.post("/v1/photos", json=body)) == (422, "invalid_request")


@pytest.mark.parametrize("key", ["no.jpg", "2026", "2026/IMG 1.jpg/b", "n" * 256])
def test_a_key_of_no_file_is_not_found(gateway: Application, key: str) -> None:
    assert code(send(gateway, key)) == (422, "storage_key_not_found")


def test_a_file_that_the_storage_refuses_is_not_found(gateway: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise StorageUnavailable from PermissionError()

    monkeypatch.setattr(Storage, "size_and_chunks", refuse)
    assert code(send(gateway, "2026/IMG 1.jpg")) == (422, "storage_key_not_found")


def test_a_large_file_is_rejected(start: Start) -> None:
    gateway = start(incoming_folder=FOLDER, max_photo_bytes=len(PHOTO) - 1)
    gateway.storage.put(KEY, PHOTO)
    assert code(send(gateway, "2026/IMG 1.jpg")) == (413, "photo_too_large")


@pytest.mark.parametrize("key", ["2026/IMG 1.jpg", "uploads/x"])
def test_photos_by_key_are_off_by_default(start: Start, key: str) -> None:
    assert code(send(start(), key)) == (422, "storage_keys_disabled")


def test_nobody_reads_another_owners_folder(gateway: Application, start: Start, tmp_path: Path) -> None:
    keys = write_keys(tmp_path, entry("bob", b"bob"))
    tenant = start(incoming_folder=FOLDER, api_keys_toml=keys)
    assert code(send(tenant, "2026/IMG 1.jpg", **{"X-API-Key": "bob"})) == (422, "storage_key_not_found")


@pytest.mark.parametrize("folder", ["photos", "batches", "a/b", ".."])
def test_the_folder_is_none_of_the_service(folder: str) -> None:
    with pytest.raises(ValidationError):
        GatewaySettings(incoming_folder=folder)


def test_a_presigned_upload_needs_a_bucket_and_the_setting(start: Start) -> None:
    for gateway in (start(), start(presigned_uploads=True)):
        assert code(gateway.http.post("/v1/uploads", json={"size_bytes": 1})) == (403, "presigned_uploads_disabled")


def test_a_presigned_upload_is_sent_by_its_key_and_then_deleted(
    redis_server: Any, client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"presigned_uploads": True, "storage_url": "s3://bucket/prefix"}
    with (
        small_bucket(monkeypatch) as s3,
        running_application(redis_server.url, tmp_path, **settings) as gateway,
    ):
        upload = gateway.http.post("/v1/uploads", json={"size_bytes": len(PHOTO)}).raise_for_status().json()
        stored = f"/bucket/prefix/{uploaded_key('anonymous', upload['key'].removeprefix('uploads/'))}"
        httpx.put(upload["url"], content=PHOTO, headers=upload["headers"]).raise_for_status()
        assert s3.objects == {stored: PHOTO}
        photo = send(gateway, upload["key"]).raise_for_status().json()
        assert photo["size_bytes"] == len(PHOTO)
        assert stored not in s3.objects
        assert code(gateway.http.post("/v1/uploads", json={"size_bytes": 10**9})) == (413, "photo_too_large")


def test_a_presigned_upload_is_within_the_quota(
    redis_server: Any, client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = write_keys(tmp_path, entry("bob", b"bob", "photos_per_day = 1"))
    settings = {"presigned_uploads": True, "storage_url": "s3://bucket/prefix", "api_keys_toml": keys}
    with small_bucket(monkeypatch), running_application(redis_server.url, tmp_path, **settings) as gateway:
        headers = {"X-API-Key": "bob"}
        gateway.send(headers=headers).raise_for_status()
        response = gateway.http.post("/v1/uploads", json={"size_bytes": 1}, headers=headers)
        assert code(response) == (429, "quota_exceeded")


def test_a_presigned_upload_that_cannot_be_deleted_is_a_photo(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway, key, deleted = start(presigned_uploads=True), uploaded_key("anonymous", "x"), list[str]()

    def fail(_: Storage, key: str) -> None:
        deleted.append(key)
        raise StorageUnavailable

    gateway.storage.put(key, PHOTO)
    monkeypatch.setattr(Storage, "delete", fail)
    assert send(gateway, "uploads/x").json()["state"] == "queued"
    assert deleted == [key]


def test_an_erased_account_has_no_presigned_uploads(gateway: Application) -> None:
    gateway.storage.put(uploaded_key("anonymous", "x"), PHOTO)
    gateway.storage.put(uploaded_key("bob", "x"), PHOTO)
    assert gateway.http.delete("/v1/account/data").status_code == 204
    assert Storage(gateway.folder.as_uri()).get(uploaded_key("bob", "x")) == PHOTO
    assert not (gateway.folder / "uploads" / "anonymous").exists()
