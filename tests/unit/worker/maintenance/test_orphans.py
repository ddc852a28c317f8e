"""The search for orphans, in a folder and in a bucket, with the photos of a real job store."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from tests.support.bucket import bucket_storage, small_bucket
from tests.support.critiques import make_photo
from tests.support.redis_server import RedisServer

from critic_core.contracts.errors import PhotoNotFound
from critic_core.contracts.identity import first_id_at, new_id
from critic_core.contracts.photo import PhotoState
from critic_core.runtime.storage import Storage, manifest_key, photo_key, preview_key, results_key, uploaded_key
from critic_core.stores.batches import BatchStore, batch_key
from critic_core.stores.jobs import JobStore
from critic_worker.maintenance import orphans
from critic_worker.maintenance.orphans import (
    MAX_UNKNOWN,
    UPLOAD_SECONDS,
    OrphansRefused,
    OrphanSweep,
    main,
    sweep_when_due,
)

AGE = 3600.0


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    if request.param == "folder":
        yield Storage((tmp_path / "storage").as_uri())
        return
    with small_bucket(monkeypatch):
        yield bucket_storage()


@pytest.fixture
def folder(tmp_path: Path) -> Storage:
    return Storage((tmp_path / "storage").as_uri())


def sweep(client: "redis.Redis", storage: Storage, seconds_later: float = AGE + 60) -> OrphanSweep:
    return OrphanSweep(JobStore(client), BatchStore(client), storage, AGE, lambda: time.time() + seconds_later)


def stored_photo(client: "redis.Redis", storage: Storage) -> str:
    photo = make_photo(PhotoState.queued)
    JobStore(client).create(photo)
    storage.put(photo_key(photo.id), b"photo")
    storage.put(preview_key(photo.id), b"preview")
    return photo.id


def exists(storage: Storage, key: str) -> bool:
    try:
        return bool(storage.get(key))
    except PhotoNotFound:
        return False


def test_files_without_a_photo_are_deleted_at_their_age(client: "redis.Redis", storage: Storage) -> None:
    photo_id, unknown = stored_photo(client, storage), new_id()
    storage.put(photo_key(unknown), b"orphan")
    storage.put(preview_key(unknown), b"orphan")
    assert sweep(client, storage, AGE - 60).run() == 0
    assert sweep(client, storage).run() == 2
    assert not exists(storage, photo_key(unknown))
    assert not exists(storage, preview_key(unknown))
    assert exists(storage, photo_key(photo_id))
    assert exists(storage, preview_key(photo_id))


def test_files_of_an_unknown_batch_are_deleted_at_their_age(client: "redis.Redis", storage: Storage) -> None:
    known, unknown = new_id(), new_id()
    client.hset(batch_key(known), "state", "running")
    for key in (manifest_key(known), results_key(known, 0), manifest_key(unknown), results_key(unknown, 0)):
        storage.put(key, b"{}")
    assert sweep(client, storage, AGE - 60).run() == 0
    assert sweep(client, storage).run() == 2
    assert [entry.key for found in storage.entries("batches") for entry in found if unknown in entry.key] == []
    assert exists(storage, results_key(known, 0))


def test_presigned_uploads_that_nobody_used_are_deleted_after_a_day(client: "redis.Redis", storage: Storage) -> None:
    storage.put(uploaded_key("ann", "a"), b"photo")
    assert sweep(client, storage, UPLOAD_SECONDS - 60).run() == 0
    assert sweep(client, storage, UPLOAD_SECONDS + 60).run() == 1


def test_half_uploads_and_empty_folders_of_a_killed_process_are_deleted(
    client: "redis.Redis", folder: Storage, tmp_path: Path
) -> None:
    photo_id = stored_photo(client, folder)
    half = tmp_path / "storage" / f"{photo_key(photo_id)}.0123.part"
    half.write_bytes(b"half")
    empty = tmp_path / "storage" / photo_key(new_id()).rpartition("/")[0]
    empty.mkdir(parents=True)
    assert sweep(client, folder).run() == 2
    assert not half.exists()
    assert not empty.exists()
    assert exists(folder, photo_key(photo_id))


def test_an_upload_in_progress_is_no_orphan(client: "redis.Redis", folder: Storage, tmp_path: Path) -> None:
    """Each write renews the age; so does the id, for a storage whose clock is slow."""
    photo_id = new_id()
    with folder.writing(photo_key(photo_id)) as file:
        file.write(b"half")
        assert sweep(client, folder, AGE - 60).run() == 0
    path = tmp_path / "storage" / photo_key(photo_id)
    os.utime(path, (0, 0))
    assert sweep(client, folder, AGE - 60).run() == 0
    assert exists(folder, photo_key(photo_id))


def test_foreign_files_and_fresh_probes_stay(client: "redis.Redis", folder: Storage, tmp_path: Path) -> None:
    folder.put("photos/ab/readme/original", b"foreign")
    folder.put("checks/interrupted", b"1")
    assert sweep(client, folder, 0).run() == 0
    assert sweep(client, folder).run() == 1
    assert exists(folder, "photos/ab/readme/original")
    assert not exists(folder, "checks/interrupted")


def test_with_the_wrong_redis_nothing_is_deleted(client: "redis.Redis", folder: Storage) -> None:
    ids = [new_id() for _ in range(MAX_UNKNOWN + 1)]
    for photo_id in ids:
        folder.put(photo_key(photo_id), b"of another stack")
    with pytest.raises(OrphansRefused, match=r"^101 files have no photo or batch in Redis"):
        sweep(client, folder).run()
    assert all(exists(folder, photo_key(photo_id)) for photo_id in ids)
    assert sweep(client, folder).run(even_if_most=True) == len(ids)


def test_one_worker_sweeps_in_an_interval(
    client: "redis.Redis", folder: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orphans, "MAX_UNKNOWN", 0)
    late = sweep(client, folder)
    folder.put(photo_key(new_id()), b"orphan")
    sweep_when_due(client, late, 0)
    sweep_when_due(client, late, 3600)  # refused: logged, and no error of the thread
    monkeypatch.undo()
    sweep_when_due(client, late, 3600)
    assert late.run() == 1


@pytest.fixture
def command(redis_server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.setenv("CRITIC_REDIS_URL", redis_server.url)
    monkeypatch.setenv("CRITIC_STORAGE_URL", (tmp_path / "storage").as_uri())
    return lambda *arguments: main(list(arguments))


def test_the_command_deletes_old_orphans(
    client: "redis.Redis",
    folder: Storage,
    tmp_path: Path,
    command: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    photo_id = first_id_at(datetime(2026, 1, 1, tzinfo=UTC)) + new_id()[13:]
    folder.put(photo_key(photo_id), b"orphan")
    folder.put(photo_key(new_id()), b"fresh")
    os.utime(tmp_path / "storage" / photo_key(photo_id), (0, 0))
    assert command() == 0
    assert capsys.readouterr().out.endswith("1 orphans deleted.\n")
    assert not exists(folder, photo_key(photo_id))


def test_the_command_says_what_is_down(
    monkeypatch: pytest.MonkeyPatch, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CRITIC_REDIS_URL", "redis://127.0.0.1:1/0")
    Storage(os.environ["CRITIC_STORAGE_URL"]).put(photo_key(new_id()), b"photo")
    assert command() == 2
    assert "queue" in capsys.readouterr().err
