"""The photos among named files and folders."""

import os
from pathlib import Path

import pytest

from critic_cli.files.find import find_photos
from critic_cli.files.kinds import PHOTO_SUFFIXES
from critic_core.imaging.formats import FORMATS


def test_every_format_we_read_is_found_in_a_folder() -> None:
    assert {extension for known in FORMATS.values() for extension in known.extensions} == PHOTO_SUFFIXES


def made(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_folders_are_walked_in_natural_order_without_hidden_and_other_files(tmp_path: Path) -> None:
    made(tmp_path, "b/10.JPG", "b/2.JPG", "b/1.cr2", "a/x.heic", "a/._x.jpg", "a/notes.txt", "a/x.xmp")
    found = find_photos([tmp_path])
    assert found.files == [tmp_path / name for name in ("a/x.heic", "b/1.cr2", "b/2.JPG", "b/10.JPG")]
    assert found.skipped_sentence() == ""


def test_folders_of_other_programs_are_passed_over_and_counted(tmp_path: Path) -> None:
    made(
        tmp_path,
        "1.jpg",
        "@eaDir/1.jpg/THUMB_M.jpg",
        "@eaDir/1.jpg/THUMB_XL.jpg",
        "#recycle/2.jpg",
        "CaptureOne/Cache/1.jpg",
    )
    made(tmp_path, "CaptureOne/Settings/1.jpg.cos", "$RECYCLE.BIN/S-1-5/3.JPG")
    found = find_photos([tmp_path])
    assert found.files == [tmp_path / "1.jpg"]
    assert found.skipped == {"@eaDir": 2, "#recycle": 1, "CaptureOne": 1, "$RECYCLE.BIN": 1}
    assert found.skipped_sentence().startswith("Passed over: 1 in #recycle, ")


@pytest.mark.parametrize(
    "folder", ["Trash", "trashbox", "Network Recycle Bin 1", "[Originals]", "Thumbs", "A.lrlibrary"]
)
def test_bins_and_stores_of_more_programs(tmp_path: Path, folder: str) -> None:
    made(tmp_path, "1.jpg", f"{folder}/1.jpg", "originals/2.jpg", "no trash/3.jpg")
    found = find_photos([tmp_path])
    assert dict(found.skipped) == {folder: 1}
    assert len(found.files) == 3


@pytest.mark.parametrize("pattern", ["raw", "RAW/", "raw/*", "*.CR2", "1.cr2"])
def test_more_is_passed_over_on_request(tmp_path: Path, pattern: str) -> None:
    made(tmp_path, "1.jpg", "raw/1.cr2")
    found = find_photos([tmp_path], [pattern])
    assert (found.files, dict(found.skipped)) == ([tmp_path / "1.jpg"], {"--exclude": 1})


def test_a_named_file_is_taken_whatever_it_is_called_and_only_once(tmp_path: Path) -> None:
    named = tmp_path / "scan"
    photo = tmp_path / "photo.jpg"
    photo.touch()
    assert find_photos([named, photo, tmp_path]).files == [named, photo]


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path, "1.jpg", "locked/2.jpg")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = find_photos([tmp_path])
    assert (found.files, found.unreadable) == ([tmp_path / "1.jpg"], [tmp_path / "locked"])
    assert found.skipped_sentence() == f"Cannot be read: {tmp_path / 'locked'}."
