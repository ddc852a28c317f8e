"""Sidecars: what was there stays, what is ours is set once, and real readers read it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.support.photos import DATA
from tests.unit.core.exports.export_input import proposal

from critic_core.contracts.album import Decision, SequenceKind, Verdict
from critic_core.contracts.errors import SidecarUnreadable
from critic_core.exports.sidecar_merge import merge_sidecar

SAMPLES = sorted((DATA / "sidecars").glob("*.xmp"))
GROUPED = proposal(
    7, near="019dd0a2-7c41-7d0e-9c4f-0000aaaa0001", scene="019dd0a2-7c41-7d0e-9c4f-0000aaaa0002",
    sequence="019dd0a2-7c41-7d0e-9c4f-0000aaaa0003", kind=SequenceKind.exposure_bracket,
)  # fmt: skip
DECIDED = Decision(stars=5, at="2026-06-01T12:00:00Z")  # type: ignore[arg-type]  # pydantic reads it


def read(folder: Path, sidecar: bytes, *options: str) -> dict[str, object]:
    """What exiftool sees. Without exiftool the test is skipped at home, and fails in CI."""
    if shutil.which("exiftool") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("exiftool is not here: libimage-exiftool-perl")
    file = folder / "IMG.xmp"
    file.write_bytes(sidecar)
    output = subprocess.run(
        ["exiftool", "-json", "-G1", "-struct", "-n", *options, file], capture_output=True, check=True
    )
    found: dict[str, object] = json.loads(output.stdout)[0]
    return {name: value for name, value in found.items() if name.startswith("XMP")}


def listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("stars", [-1, 0, 1, 5])
def test_a_reader_finds_rating_and_keywords(tmp_path: Path, stars: int) -> None:
    tags = read(tmp_path, merge_sidecar(None, GROUPED, stars))
    assert tags["XMP-xmp:Rating"] == stars
    assert "Photo Critic keep" in listed(tags["XMP-dc:Subject"])
    assert "Photo Critic|exposure bracket|aaaa0003" in listed(tags["XMP-lr:HierarchicalSubject"])


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_everything_that_was_there_is_there(tmp_path: Path, sample: Path) -> None:
    before = read(tmp_path, sample.read_bytes())
    after = read(tmp_path, merge_sidecar(sample.read_bytes(), GROUPED, 4))
    ours = ("XMP-xmp:Rating", "XMP-dc:Subject", "XMP-lr:HierarchicalSubject")
    assert {name: after.get(name) for name in before if name not in ours} == {
        name: value for name, value in before.items() if name not in ours
    }
    for name in ours[1:]:
        assert set(map(str, listed(before.get(name, [])))) <= set(map(str, listed(after[name])))


@pytest.mark.parametrize("sample", [None, *SAMPLES], ids=lambda path: path.stem if path else "none")
def test_twice_is_once(sample: Path | None) -> None:
    once = merge_sidecar(sample.read_bytes() if sample else None, GROUPED, 4)
    assert merge_sidecar(once, GROUPED, 4) == once


def test_comments_and_packet_wrappers_stay() -> None:
    text = merge_sidecar((DATA / "sidecars" / "digikam.xmp").read_bytes(), GROUPED, 4)
    assert b"<!-- kept by hand -->" in text
    assert text.startswith(b"<?xpacket begin=")


def test_groups_that_are_no_more_leave_the_keywords(tmp_path: Path) -> None:
    first = merge_sidecar((DATA / "sidecars" / "lightroom.xmp").read_bytes(), GROUPED, 4)
    tags = read(tmp_path, merge_sidecar(first, proposal(7, Verdict.reject), -1))
    words = listed(tags["XMP-dc:Subject"])
    assert words == ["wedding", "Zoë & Ben", "Photo Critic reject"]


def test_the_rating_that_a_person_gave_in_another_tool_stays(tmp_path: Path) -> None:
    lightroom = (DATA / "sidecars" / "lightroom.xmp").read_bytes()  # 3 stars
    assert read(tmp_path, merge_sidecar(lightroom, GROUPED, 5))["XMP-xmp:Rating"] == 3
    decided = GROUPED.model_copy(update={"decision": DECIDED})
    assert read(tmp_path, merge_sidecar(lightroom, decided, 5))["XMP-xmp:Rating"] == 5


def test_our_own_rating_is_ours_to_change_until_a_person_changes_it(tmp_path: Path) -> None:
    ours = merge_sidecar((DATA / "sidecars" / "darktable.xmp").read_bytes(), GROUPED, 2)
    assert read(tmp_path, merge_sidecar(ours, GROUPED, 4))["XMP-xmp:Rating"] == 4
    theirs = ours.replace(b'xmp:Rating="2"', b'xmp:Rating="1"')
    assert theirs != ours
    assert read(tmp_path, merge_sidecar(theirs, GROUPED, 4))["XMP-xmp:Rating"] == 1


@pytest.mark.parametrize(
    "broken",
    [
        b"", b"not xml", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", (DATA / "cat.png").read_bytes()[:200],
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>',
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(broken: bytes) -> None:
    with pytest.raises(SidecarUnreadable):
        merge_sidecar(broken, GROUPED, 4)
