"""Sidecars: what was there stays, what is ours is set once, and real readers read it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.support.photos import DATA
from tests.unit.core.exports.export_input import proposal

from critic_core.contracts.album import Decision, Flag, Proposal, SequenceKind, Verdict
from critic_core.contracts.errors import SidecarUnreadable
from critic_core.exports.export import ExportOptions, LabelMap, StarMap
from critic_core.exports.sidecar_merge import SidecarContent, merge_sidecar, sidecar_content
from critic_core.metadata.stated_choice import StatedChoice, of_sidecar

SAMPLES = sorted((DATA / "sidecars").glob("*.xmp"))
GROUPED = proposal(
    7, near="019dd0a2-7c41-7d0e-9c4f-0000aaaa0001", scene="019dd0a2-7c41-7d0e-9c4f-0000aaaa0002",
    sequence="019dd0a2-7c41-7d0e-9c4f-0000aaaa0003", kind=SequenceKind.exposure_bracket,
)  # fmt: skip
DECIDED = Decision(stars=5, at="2026-06-01T12:00:00Z")  # type: ignore[arg-type]  # pydantic reads it


def content(photo: Proposal = GROUPED, rating: int | None = None, said: int | None = None) -> SidecarContent:
    return SidecarContent(photo, rating=rating, stated=StatedChoice(said))


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
    tags = read(tmp_path, merge_sidecar(None, content(said=stars)))
    assert tags["XMP-xmp:Rating"] == stars
    assert "Photo Critic keep" in listed(tags["XMP-dc:Subject"])
    assert "Photo Critic|exposure bracket|aaaa0003" in listed(tags["XMP-lr:HierarchicalSubject"])


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_everything_that_was_there_is_there(tmp_path: Path, sample: Path) -> None:
    before = read(tmp_path, sample.read_bytes())
    after = read(tmp_path, merge_sidecar(sample.read_bytes(), content(rating=4)))
    ours = ("XMP-xmp:Rating", "XMP-dc:Subject", "XMP-lr:HierarchicalSubject")
    assert {name: after.get(name) for name in before if name not in ours} == {
        name: value for name, value in before.items() if name not in ours
    }
    for name in ours[1:]:
        assert set(map(str, listed(before.get(name, [])))) <= set(map(str, listed(after[name])))


@pytest.mark.parametrize("sample", [None, *SAMPLES], ids=lambda path: path.stem if path else "none")
def test_twice_is_once(sample: Path | None) -> None:
    once = merge_sidecar(sample.read_bytes() if sample else None, content(rating=4))
    assert merge_sidecar(once, content(rating=4)) == once


def test_comments_and_packet_wrappers_stay() -> None:
    text = merge_sidecar((DATA / "sidecars" / "digikam.xmp").read_bytes(), content(rating=4))
    assert b"<!-- kept by hand -->" in text
    assert text.startswith(b"<?xpacket begin=")


def test_groups_that_are_no_more_leave_the_keywords(tmp_path: Path) -> None:
    first = merge_sidecar((DATA / "sidecars" / "lightroom.xmp").read_bytes(), content(rating=4))
    tags = read(tmp_path, merge_sidecar(first, content(proposal(7, Verdict.reject))))
    words = listed(tags["XMP-dc:Subject"])
    assert words == ["wedding", "Zoë & Ben", "Photo Critic reject"]


def test_the_rating_that_a_person_gave_in_another_tool_stays(tmp_path: Path) -> None:
    lightroom = (DATA / "sidecars" / "lightroom.xmp").read_bytes()  # 3 stars
    assert read(tmp_path, merge_sidecar(lightroom, content(rating=5)))["XMP-xmp:Rating"] == 3
    decided = GROUPED.model_copy(update={"decision": DECIDED})
    assert read(tmp_path, merge_sidecar(lightroom, sidecar_content(decided, ExportOptions())))["XMP-xmp:Rating"] == 5


def test_our_own_rating_is_ours_to_change_until_a_person_changes_it(tmp_path: Path) -> None:
    ours = merge_sidecar((DATA / "sidecars" / "darktable.xmp").read_bytes(), content(rating=2))
    assert read(tmp_path, merge_sidecar(ours, content(rating=4)))["XMP-xmp:Rating"] == 4
    theirs = ours.replace(b'xmp:Rating="2"', b'xmp:Rating="1"')
    assert theirs != ours
    assert read(tmp_path, merge_sidecar(theirs, content(rating=4)))["XMP-xmp:Rating"] == 1


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
        merge_sidecar(broken, content(rating=4))


def test_a_proposal_rejects_nothing_and_gives_stars_only_when_asked(tmp_path: Path) -> None:
    for verdict in Verdict:
        photo = proposal(7, verdict, keeper_percent=100.0 if verdict is Verdict.keep else None)
        tags = read(tmp_path, merge_sidecar(None, sidecar_content(photo, ExportOptions())))
        assert "XMP-xmp:Rating" not in tags
        tags = read(tmp_path, merge_sidecar(None, sidecar_content(photo, ExportOptions(StarMap()))))
        assert tags.get("XMP-xmp:Rating") == (5 if verdict is Verdict.keep else None)


def test_an_earlier_rating_of_ours_goes_when_it_is_no_longer_asked_for(tmp_path: Path) -> None:
    ours = merge_sidecar(None, content(rating=4))
    assert "XMP-xmp:Rating" not in read(tmp_path, merge_sidecar(ours, content()))


def test_a_label_of_ours_follows_the_map_and_a_label_of_a_person_stays(tmp_path: Path) -> None:
    red = ExportOptions(labels=LabelMap.parse("keep=Red"))
    ours = merge_sidecar(None, sidecar_content(GROUPED, red))
    assert read(tmp_path, ours)["XMP-xmp:Label"] == "Red"
    assert "XMP-xmp:Label" not in read(tmp_path, merge_sidecar(ours, content()))
    lightroom = (DATA / "sidecars" / "lightroom.xmp").read_bytes()
    assert read(tmp_path, merge_sidecar(lightroom, sidecar_content(GROUPED, red)))["XMP-xmp:Label"] == "Green"


def test_a_flag_reaches_programs_with_flags_of_their_own(tmp_path: Path) -> None:
    rejected = SidecarContent(GROUPED, stated=StatedChoice(flag=Flag.reject))
    sidecar = merge_sidecar(None, rejected)
    tags = read(tmp_path, sidecar)
    assert (tags["XMP-xmp:Rating"], tags["XMP-xmpDM:Pick"], tags["XMP-digiKam:PickLabel"]) == (-1, -1, 1)
    assert of_sidecar(sidecar) == StatedChoice(-1, Flag.reject)
