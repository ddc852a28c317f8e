"""What was saved is read again to the last byte, and nothing else is taken for a backup."""

import io
import json
import tarfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from infra.compose.backup.archive import MANIFEST, SNAPSHOT, ArchiveRefused, Manifest, Writer, checked, each
from infra.compose.backup.saving import thin_out

PHOTO = "photos/cd/01a20b18-c37c-7c7d-87c1-ffa18bba12cd/original"
CONTENTS = {SNAPSHOT: b"REDIS" * 400, PHOTO: b"\xff\xd8" * 700}
SAVED = Manifest("2026-11-25T14:12:00+00:00", "0.1.0", "file:///var/lib/photo-critic", keys=7)


def written(path: Path, contents: dict[str, bytes] = CONTENTS, manifest: Manifest = SAVED) -> Manifest:
    with path.open("wb") as file:
        writer = Writer(file)
        for name, data in contents.items():
            writer.add(name, len(data), io.BytesIO(data))
        manifest = replace(manifest, files=manifest.files or dict(writer.digests))
        writer.close(manifest)
    return manifest


def test_what_was_saved_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "it.tar"
    manifest = written(path)
    assert checked(path) == manifest
    assert manifest.originals == {"01a20b18-c37c-7c7d-87c1-ffa18bba12cd"}
    assert {name: data.read() for name, _, data in each(path, lambda _: True) if name != MANIFEST} == CONTENTS
    assert [name for name, *_ in each(path, lambda name: name == PHOTO)] == [PHOTO]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.4, 0.6, 0.9, 0.99])
def test_one_that_was_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    path = tmp_path / "it.tar"
    written(path)
    data = path.read_bytes().rstrip(b"\0")  # behind the manifest there is nothing to lose
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(ArchiveRefused):
        checked(path)


@pytest.mark.parametrize("name", CONTENTS)
def test_a_byte_that_changed_is_noticed(tmp_path: Path, name: str) -> None:
    path = tmp_path / "it.tar"
    written(path)
    data = bytearray(path.read_bytes())
    data[data.index(CONTENTS[name]) + 300] ^= 1
    path.write_bytes(data)
    with pytest.raises(ArchiveRefused, match=f"{name} is not what was saved, 1 such"):
        checked(path)


def hostile(path: Path) -> None:
    with tarfile.open(path, "w") as tar:
        tar.addfile(tarfile.TarInfo("photos/cd/../../../etc/passwd"))


def linked(path: Path) -> None:
    with tarfile.open(path, "w") as tar:
        entry = tarfile.TarInfo(PHOTO)
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(entry)


def listless(path: Path) -> None:
    with tarfile.open(path, "w") as tar:
        entry, told = tarfile.TarInfo(MANIFEST), json.dumps([1]).encode()
        entry.size = len(told)
        tar.addfile(entry, io.BytesIO(told))


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.write_bytes(b"no tar at all" * 100), "no backup"),
        (lambda path: written(path, manifest=replace(SAVED, format=2)), "format 2"),
        (lambda path: written(path, manifest=replace(SAVED, kind="another backup")), "another backup"),
        (lambda path: written(path, {PHOTO: b"1"}), f"no {SNAPSHOT}"),
        (lambda path: written(path, manifest=replace(SAVED, files={SNAPSHOT: "0"})), "damaged"),
        (lambda path: None, "cannot be read"),
        (hostile, "no backup"),
        (linked, "no backup"),
        (listless, "says something else"),
    ],
    ids=["no tar", "newer", "foreign", "no Redis", "other files", "missing", "a way out", "a link", "no fields"],
)
def test_what_is_none_is_refused(tmp_path: Path, make: Callable[[Path], object], why: str) -> None:
    path = tmp_path / "it.tar"
    make(path)
    with pytest.raises(ArchiveRefused, match=why):
        checked(path)


def test_the_manifest_says_what_it_is(tmp_path: Path) -> None:
    manifest = written(tmp_path / "it.tar")
    with tarfile.open(tmp_path / "it.tar") as tar:
        last = tar.getmembers()[-1]
        told = tar.extractfile(last)
        assert told is not None
        assert (last.name, json.loads(told.read())) == (MANIFEST, asdict(manifest))


def test_the_newest_stay(tmp_path: Path) -> None:
    names = [f"photo-critic-202611{day}T120000Z.tar" for day in (24, 25, 26)]
    for name in [*names, "mine.tar"]:
        (tmp_path / name).touch()
    thin_out(tmp_path, 2)
    assert {path.name for path in tmp_path.iterdir()} == {*names[1:], "mine.tar"}
