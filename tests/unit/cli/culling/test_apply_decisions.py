"""Sidecars and copies: existing files survive every failure."""

from pathlib import Path

import pytest
from tests.unit.core.exports.export_input import proposal

from critic_cli.culling.apply_decisions import copy_keeper, write_sidecars
from critic_cli.culling.raw_jpeg_pairs import Shot
from critic_core.contracts.album import Verdict
from critic_core.exports.export import Naming, StarMap


@pytest.fixture
def shot(tmp_path: Path) -> Shot:
    folder = tmp_path / "shoot" / "day 1"
    folder.mkdir(parents=True)
    files = (folder / "IMG_1.JPG", folder / "IMG_1.CR2")
    for file in files:
        file.write_bytes(file.name.encode())
    return Shot(files[0], files)


def sidecars(shot: Shot) -> list[str]:
    return list(write_sidecars(proposal(), shot, StarMap(), Naming.both))


def copied(shot: Shot, tmp_path: Path, verdict: Verdict = Verdict.keep) -> list[str]:
    return list(copy_keeper(proposal(verdict=verdict), shot, tmp_path / "shoot", tmp_path / "keepers"))


def test_sidecars_of_all_files_of_a_photo(shot: Shot) -> None:
    assert sidecars(shot) == []
    names = sorted(path.name for path in shot.upload.parent.glob("*.xmp"))
    assert names == ["IMG_1.CR2.xmp", "IMG_1.JPG.xmp", "IMG_1.xmp"]
    assert not list(shot.upload.parent.glob(".*"))


def test_a_sidecar_that_cannot_be_read_is_reported_and_left_unchanged(shot: Shot) -> None:
    broken = shot.upload.with_name("IMG_1.xmp")
    broken.write_text("no xml")
    (problem,) = sidecars(shot)
    assert problem.startswith(f"{broken}: The sidecar is not XML")
    assert broken.read_text() == "no xml"
    assert (shot.upload.parent / "IMG_1.CR2.xmp").exists()


def test_a_folder_that_cannot_be_written_is_reported(shot: Shot) -> None:
    (shot.upload.parent / ".IMG_1.xmp.part").mkdir()  # stands where the new file would be made
    with pytest.raises(OSError, match="directory"):
        (shot.upload.parent / ".IMG_1.xmp.part").write_bytes(b"")
    (problem,) = sidecars(shot)
    assert "cannot be written" in problem


def test_keepers_are_copied_with_their_folders_and_times(shot: Shot, tmp_path: Path) -> None:
    assert copied(shot, tmp_path) == []
    for file in shot.files:
        copy = tmp_path / "keepers" / "day 1" / file.name
        assert (copy.read_bytes(), copy.stat().st_mtime_ns) == (file.read_bytes(), file.stat().st_mtime_ns)
    assert copied(shot, tmp_path) == []  # again: it is there


def test_photos_that_are_no_keepers_are_not_copied(shot: Shot, tmp_path: Path) -> None:
    assert copied(shot, tmp_path, Verdict.maybe) == []
    assert not (tmp_path / "keepers").exists()


def test_a_different_file_of_that_name_is_left_unchanged(shot: Shot, tmp_path: Path) -> None:
    existing = tmp_path / "keepers" / "day 1" / "IMG_1.JPG"
    existing.parent.mkdir(parents=True)
    existing.write_text("another")
    (problem,) = copied(shot, tmp_path)
    assert problem == f"{existing}: A different file has this name; it was left unchanged."
    assert existing.read_text() == "another"


def test_a_file_that_vanished_is_reported(shot: Shot, tmp_path: Path) -> None:
    shot.files[1].unlink()
    (problem,) = copied(shot, tmp_path)
    assert problem == f"{shot.files[1]}: It could not be copied: No such file or directory."
