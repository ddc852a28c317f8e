"""A full Redis: growing writes get 507, everything else works, and deleting makes room."""

from collections.abc import Iterator

import pytest
from tests.support.critiques import make_critique
from tests.unit.gateway.application import Application
from tests.unit.gateway.auth.keys import DIGESTS
from tests.unit.gateway.conftest import Start

from critic_core.stores.owners import OwnerIndex

HEADERS = {"X-API-Key": "alpha"}


@pytest.fixture
def gateway(start: Start) -> Iterator[Application]:
    """An application with a key whose rate is counted in Redis."""
    gateway = start(api_keys=DIGESTS, rate_limit_per_second=1000)
    yield gateway
    gateway.redis.config_set("maxmemory", 0)


def fill(gateway: Application) -> None:
    gateway.redis.config_set("maxmemory", gateway.redis.info("memory")["used_memory"] // 2)


def test_deleting_works_and_uploads_resume(gateway: Application) -> None:
    photo_id = gateway.send(headers=HEADERS).json()["id"]
    album_id = gateway.http.post("/v1/albums", headers=HEADERS).json()["id"]
    in_album = gateway.http.post(f"/v1/albums/{album_id}/photos", content=b"\xff\xd8\xff" + b"x" * 100, headers=HEADERS)
    gateway.jobs.finish(in_album.json()["photos"][0]["photo"]["id"], make_critique())
    fill(gateway)
    assert gateway.http.get(f"/v1/photos/{photo_id}", headers=HEADERS).status_code == 200
    assert gateway.http.delete(f"/v1/photos/{photo_id}", headers=HEADERS).status_code == 204
    assert gateway.http.delete(f"/v1/albums/{album_id}", headers=HEADERS).status_code == 204
    assert gateway.albums.expired() == [album_id]
    gateway.redis.config_set("maxmemory", 0)
    assert gateway.send(headers=HEADERS).status_code == 202


def test_the_worker_purges_an_album(gateway: Application) -> None:
    album_id = gateway.http.post("/v1/albums", headers=HEADERS).json()["id"]
    receipt = gateway.http.post(f"/v1/albums/{album_id}/photos", content=b"\xff\xd8\xff" + b"x" * 100, headers=HEADERS)
    photo_id = receipt.json()["photos"][0]["photo"]["id"]
    gateway.albums.mark_deleted(album_id)
    fill(gateway)
    assert gateway.albums.photos(album_id) == [photo_id]
    assert gateway.jobs.delete(photo_id)
    gateway.albums.purge(album_id)
    assert not list(gateway.redis.scan_iter(match=f"*{album_id}*"))


def test_an_account_is_erased(gateway: Application) -> None:
    gateway.send(headers=HEADERS)
    gateway.http.post("/v1/albums", headers=HEADERS)
    fill(gateway)
    assert gateway.http.delete("/v1/account/data", headers=HEADERS).status_code == 204
    assert OwnerIndex.photos.value not in str(list(gateway.redis.scan_iter(match="critic:owner:*")))


def test_a_write_that_finds_no_room_gets_507_as_well(gateway: Application) -> None:
    """Between two measurements of the room."""
    album_id = gateway.http.post("/v1/albums", headers=HEADERS).json()["id"]
    fill(gateway)
    response = gateway.http.post("/v1/albums", headers=HEADERS)
    assert response.status_code == 507
    assert response.json()["code"] in {"queue_full", "storage_full"}  # the latter on a slow machine
    assert "maxmemory" not in response.text
    assert gateway.http.delete(f"/v1/albums/{album_id}", headers=HEADERS).status_code == 204
