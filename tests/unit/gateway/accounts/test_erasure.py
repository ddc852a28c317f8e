"""Deletion of photos, albums and accounts: nothing is left, and an interruption at any step is made good."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis
from tests.support.albums import new_album
from tests.support.critiques import make_critique, make_photo
from tests.unit.gateway.application import PHOTO, Application
from tests.unit.gateway.routes.test_album_results import save_groups

from critic_core.contracts.album import QUERY_QUEUE
from critic_core.contracts.errors import ErasurePending, StorageUnavailable
from critic_core.contracts.identity import new_id
from critic_core.contracts.photo import PhotoState
from critic_core.runtime.storage import Storage, photo_key, preview_key
from critic_core.stores.albums import AlbumStore, album_key
from critic_core.stores.batches import BatchStore
from critic_core.stores.jobs import JobStore, photo_hash
from critic_core.stores.owners import OwnerIndex, OwnerStore, idempotency_key
from critic_core.stores.single_flight import request_key
from critic_core.stores.tastes import TasteStore
from critic_gateway.accounts.erasure import Erasure
from critic_gateway.routes import account

OWNER = "ann"


class FailingStorage(Storage):
    """Fails at the deletion of one key."""

    failing_key = ""

    def delete(self, key: str) -> None:
        if key == self.failing_key:
            raise StorageUnavailable
        super().delete(key)


@pytest.fixture
def storage(tmp_path: Path) -> FailingStorage:
    return FailingStorage(tmp_path.as_uri())


@pytest.fixture
def erasure(client: "redis.Redis", storage: FailingStorage) -> Erasure:
    stores = JobStore(client), AlbumStore(client), OwnerStore(client), TasteStore(client)
    return Erasure(*stores, BatchStore(client), storage)


def new_photo(erasure: Erasure, album_id: str | None = None) -> str:
    """A stored photo with its preview."""
    photo = make_photo(PhotoState.queued, owner=OWNER).model_copy(update={"album": album_id, "sha256": new_id()})
    for key in (photo_key(photo.id), preview_key(photo.id)):
        erasure.storage.put(key, b"bytes")
    if album_id:
        erasure.albums.add(photo, 100)
    else:
        erasure.jobs.create(photo)
    return photo.id


def created_album(erasure: Erasure) -> str:
    album = new_album(OWNER)
    erasure.albums.create(album)
    return album.id


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_erased_account_leaves_no_key_and_no_file(erasure: Erasure, client: "redis.Redis", tmp_path: Path) -> None:
    album = created_album(erasure)
    for album_id in (None, album, album):
        new_photo(erasure, album_id)
    client.set(idempotency_key(OWNER, "00"), 1)
    assert erasure.erase(OWNER, 10)
    assert (client.keys("*"), files(tmp_path)) == ([], [])
    assert erasure.erase(OWNER, 10)


def test_an_interrupted_erasure_is_resumed(
    erasure: Erasure, storage: FailingStorage, client: "redis.Redis", tmp_path: Path
) -> None:
    first, second = new_photo(erasure), new_photo(erasure)
    storage.failing_key = photo_key(max(first, second))
    with pytest.raises(StorageUnavailable):
        erasure.erase(OWNER, 10)
    assert erasure.jobs.expired() == [max(first, second)]  # for the reaper
    storage.failing_key = ""
    assert erasure.erase(OWNER, 10)
    erasure.delete_photo(max(first, second))  # as the reaper does
    assert (client.keys("*"), files(tmp_path)) == ([], [])


def test_an_erasure_without_time_says_that_data_is_left(erasure: Erasure) -> None:
    new_photo(erasure)
    assert not erasure.erase(OWNER, 0)
    assert erasure.owners.count(OWNER, OwnerIndex.photos) == 1


def test_expired_photos_and_albums_do_not_hold_up_an_erasure(erasure: Erasure, client: "redis.Redis") -> None:
    photo, album = new_photo(erasure), created_album(erasure)
    client.delete(photo_hash(photo), album_key(album))  # as Redis does it at the end of their time
    assert erasure.erase(OWNER, 10)
    assert client.keys("*") == []


def contents(client: "redis.Redis") -> str:
    """Names and values of all keys."""
    readers: dict[str, Callable[[str], object]] = {
        "string": client.get,
        "hash": client.hgetall,
        "list": lambda name: client.lrange(name, 0, -1),
        "set": client.smembers,
        "zset": lambda name: client.zrange(name, 0, -1),
        "stream": client.xrange,
    }
    return str({name: readers[str(client.type(name))](name) for name in client.keys("*")})


def test_no_key_mentions_what_was_erased(gateway: Application) -> None:
    headers = {"Idempotency-Key": "k"}
    single, album = gateway.send(headers=headers).json()["id"], gateway.new_album(name="Wedding").id
    path = f"/v1/albums/{album}/photos"
    member = gateway.http.post(path, content=PHOTO).json()["photos"][0]["photo"]["id"]
    gateway.jobs.finish(member, make_critique())
    gateway.http.put(f"{path}/{member}/decision", json={"flag": "pick"}).raise_for_status()
    gateway.http.post(f"/v1/albums/{album}/shares").raise_for_status()
    gateway.http.get(f"/v1/albums/{album}/groups", params={"wait": 0.1})
    save_groups(gateway, gateway.albums.get(album), 5)
    assert all(text in contents(gateway.redis) for text in (single, album, member, "Wedding"))
    assert gateway.http.delete("/v1/account/data").status_code == 204
    # A worker drops the query of a deleted album, and its lock expires within 10 seconds.
    gateway.redis.delete(QUERY_QUEUE, *gateway.redis.keys(request_key(album_key(album, "result:*"))))
    assert [text for text in (single, album, member, "Wedding") if text in contents(gateway.redis)] == []
    assert gateway.stored_files() == []


def test_a_large_account_is_pending(gateway: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway.new_photo()
    monkeypatch.setattr(account, "ERASURE_SECONDS", 0)
    response = gateway.http.delete("/v1/account/data")
    assert (response.status_code, response.json()["code"]) == (202, ErasurePending.code)
    assert "retry-after" in response.headers
    monkeypatch.undo()
    assert gateway.http.delete("/v1/account/data").status_code == 204
    assert gateway.stored_files() == []


def test_an_upload_during_an_erasure_is_stored_entirely_or_not_at_all(gateway: Application) -> None:
    with ThreadPoolExecutor(4) as pool:
        uploads = [pool.submit(gateway.send) for _ in range(20)]
        erasures = [pool.submit(gateway.http.delete, "/v1/account/data") for _ in range(5)]
        assert {erasure.result().status_code for erasure in erasures} == {204}
        assert {upload.result().status_code for upload in uploads} == {202}
    stored = [photo["id"] for photo in gateway.http.get("/v1/photos").json()["photos"]]
    assert {file.parent.name for file in gateway.stored_files()} == set(stored)
