"""Sidecars beside photos: what people said anywhere is in all of them afterwards, and nothing else is lost."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from tests.unit.core.exports.export_input import proposal
from tests.unit.core.metadata.test_stated_choice import exif, xmp

from critic_cli.culling.same_stem import Shot
from critic_cli.culling.sidecars import Sidecars
from critic_core.contracts.album import Decision, Flag, Proposal, Verdict
from critic_core.exports.export import ExportOptions, Naming, StarMap
from critic_core.metadata.stated_choice import StatedChoice, of_sidecar
from critic_core.metadata.xmp import read_xmp

REJECT = proposal(verdict=Verdict.reject)
BEST = proposal(keeper_percent=100.0)
RATING = "{http://ns.adobe.com/xap/1.0/}Rating"


@pytest.fixture
def shot(tmp_path: Path) -> Shot:
    files = (tmp_path / "IMG_1.JPG", tmp_path / "IMG_1.CR2")
    for file in files:
        file.write_bytes(file.name.encode())
    return Shot(files[0], files)


def write(shot: Shot, photo: Proposal = REJECT, options: ExportOptions | None = None, copy: bool = False) -> list[str]:
    return list(Sidecars(options or ExportOptions()).write(photo, shot, copy))


def ratings(shot: Shot) -> dict[str, str | None]:
    files = sorted(shot.upload.parent.glob("*.[xX][mM][pP]"))
    return {file.name: read_xmp(file.read_bytes()).get(RATING, (None,))[0] for file in files}


ALL_NAMES = ["IMG_1.CR2.xmp", "IMG_1.JPG.xmp", "IMG_1.xmp"]


def test_a_proposal_rejects_nothing(shot: Shot) -> None:
    assert write(shot) == []
    assert ratings(shot) == dict.fromkeys(ALL_NAMES)
    assert not list(shot.upload.parent.glob(".*"))


@pytest.mark.parametrize("name", ALL_NAMES)
@pytest.mark.parametrize("stars", [1, 5, -1])
def test_stars_in_either_sidecar_are_in_all_afterwards(shot: Shot, name: str, stars: int) -> None:
    (shot.upload.parent / name).write_bytes(xmp(xmp_Rating=str(stars)))
    for _ in range(2):
        assert write(shot, BEST, ExportOptions(StarMap())) == []
        assert ratings(shot) == dict.fromkeys(ALL_NAMES, str(stars))


@pytest.mark.parametrize(
    "inside", [{"xmp": xmp(xmp_Rating="5")}, {"exif": exif({0x4746: 5})}, {"exif": exif({0x4749: 99})}]
)
def test_stars_inside_the_photo_are_in_the_sidecars(shot: Shot, inside: dict[str, object]) -> None:
    Image.new("RGB", (32, 24)).save(shot.upload, "JPEG", **inside)
    write(shot)
    assert ratings(shot) == dict.fromkeys(ALL_NAMES, "5")


def test_flags_reach_every_sidecar(shot: Shot) -> None:
    (shot.upload.parent / "IMG_1.CR2.xmp").write_bytes(xmp(digiKam_PickLabel="3"))
    write(shot)
    stated = {of_sidecar((shot.upload.parent / name).read_bytes()) for name in ALL_NAMES}
    assert stated == {StatedChoice(flag=Flag.pick)}


def test_the_sidecar_that_was_changed_last_counts(shot: Shot) -> None:
    for number, name in enumerate(("IMG_1.xmp", "IMG_1.CR2.xmp")):
        (shot.upload.parent / name).write_bytes(xmp(xmp_Rating=str(2 + number)))
        os.utime(shot.upload.parent / name, (1000 + number, 1000 + number))
    write(shot)
    assert set(ratings(shot).values()) == {"3"}


def test_a_decision_in_photo_critic_counts_first(shot: Shot) -> None:
    (shot.upload.parent / "IMG_1.xmp").write_bytes(xmp(xmp_Rating="2"))
    decision = Decision(flag=Flag.reject, at="2026-06-01T12:00:00Z")
    write(shot, proposal(decision=decision))
    assert set(ratings(shot).values()) == {"-1"}


def test_stars_by_rank_are_ours_to_change(shot: Shot) -> None:
    write(shot, BEST, ExportOptions(StarMap()))
    assert set(ratings(shot).values()) == {"5"}
    write(shot, proposal(keeper_percent=30.0), ExportOptions(StarMap()))
    assert set(ratings(shot).values()) == {"2"}
    write(shot)
    assert set(ratings(shot).values()) == {None}


def test_names_in_capitals_are_the_same_sidecars(shot: Shot) -> None:
    (shot.upload.parent / "IMG_1.XMP").write_bytes(xmp(xmp_Rating="4"))
    write(shot)
    assert ratings(shot) == {"IMG_1.CR2.xmp": "4", "IMG_1.JPG.xmp": "4", "IMG_1.XMP": "4"}


def test_one_naming_alone_still_updates_what_is_there(shot: Shot) -> None:
    (shot.upload.parent / "IMG_1.CR2.xmp").write_bytes(xmp(xmp_Rating="4"))
    write(shot, options=ExportOptions(naming=Naming.adobe))
    assert ratings(shot) == {"IMG_1.CR2.xmp": "4", "IMG_1.xmp": "4"}


def test_files_of_one_stem_share_the_better_ones_sidecar(shot: Shot) -> None:
    screenshot = shot.upload.with_suffix(".PNG")
    sidecars = Sidecars(ExportOptions())
    list(sidecars.write(BEST, shot))
    list(sidecars.write(REJECT, Shot(screenshot, (screenshot,))))
    assert b"Photo Critic keep" in shot.upload.with_suffix(".xmp").read_bytes()
    assert b"Photo Critic reject" in screenshot.with_name("IMG_1.PNG.xmp").read_bytes()


def test_a_copy_is_called_a_copy(shot: Shot) -> None:
    write(shot, BEST, ExportOptions(StarMap()), copy=True)
    text = shot.upload.with_suffix(".xmp").read_bytes()
    assert b"Photo Critic copy" in text
    assert b"Photo Critic keep" not in text


def test_a_sidecar_that_cannot_be_read_is_reported_and_left_unchanged(shot: Shot) -> None:
    broken = shot.upload.with_name("IMG_1.xmp")
    broken.write_text("no xml")
    (problem,) = write(shot)
    assert problem.startswith(f"{broken}: The sidecar is not XML")
    assert broken.read_text() == "no xml"
    assert (shot.upload.parent / "IMG_1.CR2.xmp").exists()


def test_a_folder_that_cannot_be_written_is_reported(shot: Shot) -> None:
    (shot.upload.parent / ".IMG_1.xmp.part").mkdir()  # stands where the new file would be made
    (problem,) = write(shot)
    assert "cannot be written" in problem


def test_a_statement_older_than_a_decision_does_not_count(shot: Shot) -> None:
    sidecar = shot.upload.with_suffix(".xmp")
    sidecar.write_bytes(xmp(xmp_Rating="4"))
    os.utime(sidecar, (1000, 1000))
    sidecars = Sidecars(ExportOptions())
    assert sidecars.stated(shot, datetime.fromtimestamp(999, UTC)).rating == 4
    assert not sidecars.stated(shot, datetime.fromtimestamp(1000, UTC))
