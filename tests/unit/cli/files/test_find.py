"""The photos among named files and folders."""

from pathlib import Path

from critic_cli.files.find import PHOTO_SUFFIXES, find_photos
from critic_core.imaging.formats import FORMATS


def test_every_format_we_read_is_found_in_a_folder() -> None:
    """The command line may not import imaging, so it keeps its own list: this test keeps the two alike."""
    assert {extension for known in FORMATS.values() for extension in known.extensions} == PHOTO_SUFFIXES


def test_folders_are_walked_in_order_without_hidden_and_other_files(tmp_path: Path) -> None:
    for name in ("b/2.JPG", "b/1.cr2", "a/x.heic", ".hidden/secret.jpg", "a/._x.jpg", "a/notes.txt", "a/x.xmp"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert find_photos([tmp_path]) == [tmp_path / name for name in ("a/x.heic", "b/1.cr2", "b/2.JPG")]


def test_a_named_file_is_taken_whatever_it_is_called_and_only_once(tmp_path: Path) -> None:
    named = tmp_path / "scan"
    photo = tmp_path / "photo.jpg"
    photo.touch()
    assert find_photos([named, photo, tmp_path]) == [named, photo]
