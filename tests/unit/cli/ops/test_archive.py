"""Archives read back byte for byte, and nothing else is accepted as a backup."""

import io
import json
import tarfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from critic_cli.ops.backup.archive import MANIFEST, SNAPSHOT, BackupManifest, InvalidArchive, Writer, read_files, verify
from critic_cli.ops.backup.save import delete_old

PHOTO = "photos/cd/01a20b18-c37c-7c7d-87c1-ffa18bba12cd/original"
BATCH = "batches/01a20b18-c37c-7c7d-87c1-ffa18bba12ce"
CONTENTS = {
    SNAPSHOT: b"REDIS" * 400,
    PHOTO: b"\xff\xd8" * 700,
    f"{BATCH}/manifest.jsonl": b"{}\n" * 300,
    f"{BATCH}/results/000000.jsonl": b"[]\n" * 300,
}
SAVED = BackupManifest("2026-11-25T14:12:00+00:00", "0.1.0", "file:///var/lib/photo-critic", keys=7)


def written(path: Path, contents: dict[str, bytes] = CONTENTS, manifest: BackupManifest = SAVED) -> BackupManifest:
    with path.open("wb") as file:
        writer = Writer(file)
        for name, data in contents.items():
            writer.add(name, len(data), io.BytesIO(data))
        manifest = replace(manifest, files=manifest.files or dict(writer.digests))
        writer.close(manifest)
    return manifest


def test_an_archive_reads_back_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "it.tar"
    manifest = written(path)
    assert verify(path) == manifest
    assert manifest.originals == {"01a20b18-c37c-7c7d-87c1-ffa18bba12cd"}
    assert {name: data.read() for name, _, data in read_files(path, lambda _: True) if name != MANIFEST} == CONTENTS
    assert [name for name, *_ in read_files(path, lambda name: name == PHOTO)] == [PHOTO]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.4, 0.6, 0.9, 0.99])
def test_a_truncated_archive_is_refused(tmp_path: Path, share: float) -> None:
    path = tmp_path / "it.tar"
    written(path)
    data = path.read_bytes().rstrip(b"\0")  # behind the manifest there is nothing to lose
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(InvalidArchive):
        verify(path)


@pytest.mark.parametrize("name", CONTENTS)
def test_a_changed_byte_is_detected(tmp_path: Path, name: str) -> None:
    path = tmp_path / "it.tar"
    written(path)
    data = bytearray(path.read_bytes())
    data[data.index(CONTENTS[name]) + 300] ^= 1
    path.write_bytes(data)
    with pytest.raises(InvalidArchive, match=f"{name} is not what was saved, 1 such"):
        verify(path)


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
        entry, encoded = tarfile.TarInfo(MANIFEST), json.dumps([1]).encode()
        entry.size = len(encoded)
        tar.addfile(entry, io.BytesIO(encoded))


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
        (listless, "has other fields"),
    ],
    ids=["no tar", "newer", "foreign", "no Redis", "other files", "missing", "a way out", "a link", "no fields"],
)
def test_other_files_are_refused(tmp_path: Path, make: Callable[[Path], object], why: str) -> None:
    path = tmp_path / "it.tar"
    make(path)
    with pytest.raises(InvalidArchive, match=why):
        verify(path)


def test_the_manifest_is_the_last_entry(tmp_path: Path) -> None:
    manifest = written(tmp_path / "it.tar")
    with tarfile.open(tmp_path / "it.tar") as tar:
        last = tar.getmembers()[-1]
        data = tar.extractfile(last)
        assert data is not None
        assert (last.name, json.loads(data.read())) == (MANIFEST, asdict(manifest))


def test_only_the_newest_archives_stay(tmp_path: Path) -> None:
    names = [f"photo-critic-202611{day}T120000Z.tar" for day in (24, 25, 26)]
    for name in [*names, "unrelated.tar"]:
        (tmp_path / name).touch()
    delete_old(tmp_path, 2)
    assert {path.name for path in tmp_path.iterdir()} == {*names[1:], "unrelated.tar"}
