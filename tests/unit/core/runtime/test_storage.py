"""Storage in a real folder."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from critic_core.contracts.errors import PhotoNotFound, StorageFull, StorageUnavailable
from critic_core.runtime.storage import Storage, photo_key, preview_key

PHOTO = "01a20acd-e6da-752f-b759-a4c60fba8bf9"


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path.as_uri())


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_is_put_can_be_got(storage: Storage) -> None:
    storage.put(photo_key(PHOTO), b"pixels")
    assert storage.get(photo_key(PHOTO)) == b"pixels"


def test_what_is_not_there_is_not_found(storage: Storage) -> None:
    with pytest.raises(PhotoNotFound):
        storage.get(photo_key(PHOTO))


def test_a_write_that_fails_leaves_nothing_behind(storage: Storage, tmp_path: Path) -> None:
    def broken() -> None:
        with storage.writing(photo_key(PHOTO)) as file:
            file.write(b"half")
            raise RuntimeError("the client went away")

    with pytest.raises(RuntimeError):
        broken()
    assert files(tmp_path) == []


def test_deleting_takes_the_photos_own_folder_along(storage: Storage, tmp_path: Path) -> None:
    storage.put(photo_key(PHOTO), b"a")
    storage.put(preview_key(PHOTO), b"b")
    storage.delete(photo_key(PHOTO))
    storage.delete(photo_key(PHOTO))
    storage.delete(preview_key(PHOTO))
    assert not (tmp_path / "photos" / "f9" / PHOTO).exists()


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageUnavailable) as caught:
        Storage((tmp_path / "file").as_uri()).check()
    assert str(tmp_path) not in caught.value.detail


def test_a_full_disk_is_an_error_of_its_own_and_leaves_nothing_behind(storage: Storage, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")

    def write() -> None:
        with storage.writing(photo_key(PHOTO)) as file, Path("/dev/full").open("wb", buffering=0) as full:
            file._file = full
            file.write(b"more than there is room for")

    with capture_logs() as lines, pytest.raises(StorageFull) as caught:
        write()
    assert "No space left" in lines[0]["error"]
    assert str(tmp_path) not in caught.value.detail
    assert files(tmp_path) == []
