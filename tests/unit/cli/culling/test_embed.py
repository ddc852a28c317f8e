"""Ratings inside JPEGs: ExifTool and Exiv2 read them, the pixels are untouched, and nothing that was there is lost."""

import io
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.support.photos import cat
from tests.unit.core.exports.export_input import export_input, proposal
from tests.unit.core.metadata.test_stated_choice import xmp

from critic_cli.culling.embed import Embedded, embed
from critic_core.contracts.album import Decision, Verdict
from critic_core.exports import exiftool_arguments
from critic_core.exports.export import ExportOptions, LabelMap, StarMap
from critic_core.exports.sidecar_merge import SidecarContent
from critic_core.metadata.stated_choice import StatedChoice

CONTENT = SidecarContent(proposal(), rating=4)


@pytest.fixture(autouse=True)
def _exiftool() -> None:
    if shutil.which("exiftool") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("exiftool is not here: libimage-exiftool-perl")


def jpeg(folder: Path, name: str = "IMG 1.JPG", **options: object) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    cat((64, 48)).save(file, "JPEG", **options)
    return file


def tags(file: Path) -> dict[str, object]:
    ran = subprocess.run(["exiftool", "-json", "-n", "-G1", file], capture_output=True, check=True)
    found: dict[str, object] = json.loads(ran.stdout)[0]
    return found


def pixels(file: Path) -> bytes:
    with Image.open(io.BytesIO(file.read_bytes())) as image:
        return image.tobytes()


def problems(contents: dict[Path, SidecarContent]) -> list[str]:
    return [result.problem for result in embed(contents) if result.problem]


def test_rating_and_keywords_are_inside_and_the_pixels_are_untouched(tmp_path: Path) -> None:
    photo = jpeg(tmp_path, exif=Image.Exif(), xmp=xmp(xmp_Rating="0", digiKam_PickLabel="2"))
    os.utime(photo, ns=(10**18, 10**18))
    before = pixels(photo)
    assert problems({photo: CONTENT}) == []
    assert (pixels(photo), photo.stat().st_mtime_ns) == (before, 10**18)
    found = tags(photo)
    assert (found["XMP-xmp:Rating"], found["XMP-dc:Subject"]) == (4, "Photo Critic keep")
    assert found["XMP-digiKam:PickLabel"] == 2
    assert [file.name for file in tmp_path.iterdir()] == [photo.name]


def test_twice_is_once(tmp_path: Path) -> None:
    photo = jpeg(tmp_path)
    list(embed({photo: CONTENT}))
    once = photo.read_bytes()
    list(embed({photo: CONTENT}))
    assert photo.read_bytes() == once


def test_the_new_file_of_a_killed_run_does_not_replace_a_photo_that_changed(tmp_path: Path) -> None:
    photo = jpeg(tmp_path)
    shutil.copy(photo, tmp_path / f".{photo.stem}.part{photo.suffix}")
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-XMP-dc:Title=Mine", photo], check=True)
    assert problems({photo: CONTENT}) == []
    found = tags(photo)
    assert (found["XMP-dc:Title"], found["XMP-xmp:Rating"]) == ("Mine", 4)
    assert [file.name for file in tmp_path.iterdir()] == [photo.name]


def test_one_bad_file_stops_no_other_and_stays_as_it_is(tmp_path: Path) -> None:
    good, broken = jpeg(tmp_path), tmp_path / "broken.jpg"
    broken.write_bytes(b"no jpeg")
    (problem,) = problems({broken: CONTENT, good: CONTENT})
    assert str(broken) in problem
    assert broken.read_bytes() == b"no jpeg"
    assert tags(good)["XMP-xmp:Rating"] == 4
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("folder", ["100%d", "%f", "50 %", "Łódź", os.fsdecode(b"caf\xe9"), "# 1", " a [1] "])
def test_names_of_folders(tmp_path: Path, folder: str) -> None:
    """A percent sign begins a code of ExifTool, a sharp a comment of its argument files."""
    photo = jpeg(tmp_path / folder, "50%e.jpg")
    assert list(embed({photo: CONTENT})) == [Embedded(photo)]
    assert tags(photo)["XMP-xmp:Rating"] == 4
    assert [file.name for file in photo.parent.iterdir()] == [photo.name]


def test_links_stay_links(tmp_path: Path) -> None:
    photo, link = jpeg(tmp_path, "photo.jpg"), tmp_path / "shoot" / "link.jpg"
    link.parent.mkdir()
    link.symlink_to(photo)
    assert set(embed({link: CONTENT, photo: SidecarContent(proposal(), rating=1)})) == {Embedded(link), Embedded(photo)}
    assert link.is_symlink()
    assert tags(photo)["XMP-xmp:Rating"] == 4
    photo.unlink()
    (problem,) = problems({link: CONTENT})
    assert str(link) in problem


def test_an_edit_of_another_program_within_the_run_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo, run = jpeg(tmp_path), subprocess.run

    def run_and_edit(*arguments: Any, **options: Any) -> subprocess.CompletedProcess[bytes]:
        ran = run(*arguments, **options)
        run(["exiftool", "-q", "-overwrite_original", "-XMP-dc:Title=Mine", photo], check=True)
        return ran

    monkeypatch.setattr("critic_cli.culling.embed.subprocess.run", run_and_edit)
    (problem,) = problems({photo: CONTENT})
    assert "another program saved the photo" in problem
    assert tags(photo)["XMP-dc:Title"] == "Mine"


def test_the_reason_of_each_file(tmp_path: Path) -> None:
    broken, empty = tmp_path / "broken.jpg", tmp_path / "empty.jpg"
    broken.write_bytes(b"no jpeg")
    empty.write_bytes(b"\xff\xd8\xff")
    first, second = problems({broken: CONTENT, empty: CONTENT})
    assert "Not a valid JPG" in first
    assert f"{broken}" not in second


def test_extended_xmp_is_not_lost(tmp_path: Path) -> None:
    photo = jpeg(tmp_path, xmp=xmp(xmp_Rating="1").replace(b"xmp:Rating", b'HasExtendedXMP="1" xmp:Rating'))
    before = photo.read_bytes()
    (problem,) = problems({photo: CONTENT})
    assert "extended XMP" in problem
    assert photo.read_bytes() == before


def run_arguments(folder: Path, *proposals: object, options: ExportOptions | None = None) -> None:
    text = b"".join(exiftool_arguments.EXPORT.write(export_input(*proposals, options=options)))  # type: ignore[arg-type]
    (folder / "album.args").write_bytes(text)
    subprocess.run(["exiftool", "-q", "-@", "album.args"], cwd=folder, check=True)


def test_the_argument_file_writes_into_jpegs_by_path(tmp_path: Path) -> None:
    first, second = jpeg(tmp_path, "card 1/Łódź.JPG"), jpeg(tmp_path, "card2/-rated.jpg", xmp=xmp(xmp_Rating="2"))
    keeper = proposal(0, path="card 1/Łódź.JPG", keeper_percent=100.0)
    rated = proposal(1, path="card2/-rated.jpg", keeper_percent=50.0)
    options = ExportOptions(StarMap(), labels=LabelMap.parse("keep=Green"))
    for _ in range(2):
        run_arguments(tmp_path, keeper, rated, proposal(2, path="card2/raw.CR2"), options=options)
        found = tags(first)
        assert (found["XMP-xmp:Rating"], found["XMP-xmp:Label"], found["XMP-dc:Subject"]) == (
            5,
            "Green",
            "Photo Critic keep",
        )
        assert tags(second)["XMP-xmp:Rating"] == 2


def test_the_argument_file_writes_decisions_and_new_verdicts(tmp_path: Path) -> None:
    photo = jpeg(tmp_path, "1.jpg")
    run_arguments(tmp_path, proposal(path="1.jpg"))
    decided = Decision(stars=3, at="2026-06-01T12:00:00Z")  # type: ignore[arg-type]  # pydantic reads it
    run_arguments(tmp_path, proposal(path="1.jpg", verdict=Verdict.reject, decision=decided))
    found = tags(photo)
    assert (found["XMP-xmp:Rating"], found["XMP-lr:HierarchicalSubject"]) == (3, "Photo Critic|reject")


def test_the_argument_file_leaves_out_a_path_of_two_photos(tmp_path: Path) -> None:
    photo, single = jpeg(tmp_path, "IMG_1.jpg"), jpeg(tmp_path, "IMG_2.jpg")
    run_arguments(tmp_path, *(proposal(at, path=f"IMG_{name}.jpg") for at, name in enumerate((1, 1, 2))))
    assert "XMP-dc:Subject" not in tags(photo)
    assert tags(single)["XMP-dc:Subject"] == "Photo Critic keep"


def test_what_a_person_said_is_what_is_embedded(tmp_path: Path) -> None:
    photo = jpeg(tmp_path)
    list(embed({photo: SidecarContent(proposal(), rating=4, stated=StatedChoice(2))}))
    assert tags(photo)["XMP-xmp:Rating"] == 2
