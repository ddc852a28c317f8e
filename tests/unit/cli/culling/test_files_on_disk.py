"""Copies and replaced files: existing files survive every failure, on every file system."""

import os
from pathlib import Path

import pytest

from critic_cli.culling.files_on_disk import copy_files, mark_keepers, replace_file
from critic_cli.files.find import find_photos


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    folder = tmp_path / "shoot"
    (folder / "day 1").mkdir(parents=True)
    (folder / "day 1" / "IMG_1.JPG").write_bytes(b"pixels")
    os.utime(folder / "day 1" / "IMG_1.JPG", ns=(10**18, 10**18))
    return folder


def copied(shoot: Path) -> list[str]:
    return list(copy_files([shoot / "day 1" / "IMG_1.JPG"], shoot, shoot.parent / "keepers"))


def refuse(*_: object, **__: object) -> None:
    raise PermissionError(1, "Operation not permitted")


@pytest.mark.parametrize("unsupported", [(), ("link",), ("link", "chmod")], ids=["ext4", "exfat", "fat"])
def test_copies_have_folders_and_times_on_cards_too(
    shoot: Path, monkeypatch: pytest.MonkeyPatch, unsupported: tuple[str, ...]
) -> None:
    for call in unsupported:
        monkeypatch.setattr(os, call, refuse)
    assert copied(shoot) == []
    copy = shoot.parent / "keepers" / "day 1" / "IMG_1.JPG"
    assert (copy.read_bytes(), copy.stat().st_mtime_ns) == (b"pixels", 10**18)
    assert [file.name for file in copy.parent.iterdir()] == ["IMG_1.JPG"]
    assert copied(shoot) == []


def test_a_different_file_stays(shoot: Path) -> None:
    target = shoot.parent / "keepers" / "day 1" / "IMG_1.JPG"
    target.parent.mkdir(parents=True)
    target.write_bytes(b"other")
    (problem,) = copied(shoot)
    assert "A different file has this name" in problem
    assert target.read_bytes() == b"other"


def test_a_full_card_leaves_no_incomplete_file(shoot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.copyfile", refuse)
    (problem,) = copied(shoot)
    assert problem.endswith("It could not be copied: Operation not permitted.")
    assert list((shoot.parent / "keepers" / "day 1").iterdir()) == []


def test_a_marked_folder_is_no_part_of_the_shoot_around_it(shoot: Path) -> None:
    keepers = shoot / "keepers"
    list(copy_files([shoot / "day 1" / "IMG_1.JPG"], shoot, keepers))
    assert len(find_photos([shoot]).files) == 2
    assert find_photos([shoot], targets=[keepers]).files == [shoot / "day 1" / "IMG_1.JPG"]
    mark_keepers(keepers)
    found = find_photos([shoot])
    assert found.files == [shoot / "day 1" / "IMG_1.JPG"]
    assert found.skipped_sentence() == "Passed over: 1 in keepers (copied keepers)."
    assert find_photos([keepers]).files == [keepers / "day 1" / "IMG_1.JPG"]


def test_replacing_is_atomic_and_keeps_the_mode(tmp_path: Path) -> None:
    file = tmp_path / "IMG.xmp"
    file.write_bytes(b"old")
    file.chmod(0o640)
    replace_file(file, b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o640)
    assert list(tmp_path.iterdir()) == [file]


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    """One sidecar under both names, as people link Lightroom's to darktable's."""
    file, link = tmp_path / "IMG.CR2.xmp", tmp_path / "IMG.xmp"
    file.write_bytes(b"old")
    link.symlink_to(file.name)
    replace_file(link, b"new")
    assert (link.is_symlink(), file.read_bytes()) == (True, b"new")


def test_a_link_that_leads_nowhere_stays_one(tmp_path: Path) -> None:
    link = tmp_path / "IMG.xmp"
    link.symlink_to(tmp_path / "disk" / "IMG.xmp")
    with pytest.raises(OSError, match="the link's target is missing"):
        replace_file(link, b"new")
    assert list(tmp_path.iterdir()) == [link]
    assert link.is_symlink()


def test_links_in_place_of_partial_files_are_not_written_through(shoot: Path) -> None:
    target, file = shoot.parent / "keepers" / "day 1" / "IMG_1.JPG", shoot / "IMG.xmp"
    target.parent.mkdir(parents=True)
    elsewhere = shoot.parent / "settings"
    elsewhere.write_bytes(b"old")
    for written in (target, file):
        (written.parent / f".{written.name}.part").symlink_to(elsewhere)
    assert copied(shoot) == []
    replace_file(file, b"new")
    assert [path.read_bytes() for path in (target, file, elsewhere)] == [b"pixels", b"new", b"old"]
    assert not target.is_symlink()
