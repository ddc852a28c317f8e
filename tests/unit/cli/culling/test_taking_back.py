"""Sidecars and copies: nothing that is there is lost, whatever stands in the way."""

from pathlib import Path

import pytest
from tests.unit.core.exports.given import proposal

from critic_cli.culling.shots import Shot
from critic_cli.culling.taking_back import copy_keeper, write_sidecars
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
    names = sorted(path.name for path in shot.sent.parent.glob("*.xmp"))
    assert names == ["IMG_1.CR2.xmp", "IMG_1.JPG.xmp", "IMG_1.xmp"]
    assert not list(shot.sent.parent.glob(".*"))


def test_a_sidecar_that_cannot_be_read_is_told_and_left(shot: Shot) -> None:
    broken = shot.sent.with_name("IMG_1.xmp")
    broken.write_text("no xml")
    (told,) = sidecars(shot)
    assert told.startswith(f"{broken}: The sidecar is not XML")
    assert broken.read_text() == "no xml"
    assert (shot.sent.parent / "IMG_1.CR2.xmp").exists()


def test_a_folder_that_cannot_be_written_is_told(shot: Shot) -> None:
    (shot.sent.parent / ".IMG_1.xmp.part").mkdir()  # stands where the new file would be made
    with pytest.raises(OSError, match="directory"):
        (shot.sent.parent / ".IMG_1.xmp.part").write_bytes(b"")
    told = sidecars(shot)
    assert len(told) == 1
    assert "cannot be written" in told[0]


def test_keepers_are_copied_with_their_folders_and_times(shot: Shot, tmp_path: Path) -> None:
    assert copied(shot, tmp_path) == []
    for file in shot.files:
        copy = tmp_path / "keepers" / "day 1" / file.name
        assert (copy.read_bytes(), copy.stat().st_mtime_ns) == (file.read_bytes(), file.stat().st_mtime_ns)
    assert copied(shot, tmp_path) == []  # again: it is there


def test_what_is_not_kept_is_not_copied(shot: Shot, tmp_path: Path) -> None:
    assert copied(shot, tmp_path, Verdict.maybe) == []
    assert not (tmp_path / "keepers").exists()


def test_another_file_of_that_name_is_left_alone(shot: Shot, tmp_path: Path) -> None:
    other = tmp_path / "keepers" / "day 1" / "IMG_1.JPG"
    other.parent.mkdir(parents=True)
    other.write_text("mine")
    (told,) = copied(shot, tmp_path)
    assert told == f"{other}: There is another file of that name; it was left as it is."
    assert other.read_text() == "mine"


def test_a_file_that_vanished_is_told(shot: Shot, tmp_path: Path) -> None:
    shot.files[1].unlink()
    (told,) = copied(shot, tmp_path)
    assert told == f"{shot.files[1]}: It could not be copied: No such file or directory."
