"""`photo-critic cull` between changes: of the folder, of other programs, of the photographer's mind."""

import csv
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageFilter
from tests.support.local_stack import LocalStack
from tests.support.photos import DATA, cat, saved
from tests.unit.core.metadata.test_stated_choice import xmp

from critic_core.metadata.stated_choice import of_sidecar

Cull = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    """Two cards with equal names and different photos."""
    with Image.open(DATA / "rocket.jpg") as opened:
        rocket = opened.convert("RGB")
    pictures = [rocket, cat((640, 480)), rocket.transpose(Image.Transpose.ROTATE_90)]
    folder = tmp_path / "shoot"
    for card, radius in (("card1", 0), ("card2", 6)):
        (folder / card).mkdir(parents=True)
        for number, picture in enumerate(pictures, start=1):
            photo = picture.filter(ImageFilter.GaussianBlur(radius))
            (folder / card / f"DSC_000{number}.JPG").write_bytes(saved(photo, "JPEG", quality=92))
    return folder


@pytest.fixture
def cull(stack: LocalStack, shoot: Path, tmp_path: Path) -> Cull:
    def run(*arguments: object, code: int = 0) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "critic_cli", "cull", shoot, "--url", stack.url, *arguments]
        state = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "COLUMNS": "200"}
        ran = subprocess.run(
            list(map(str, command)), env=state, capture_output=True, text=True, timeout=200, check=False
        )
        assert ran.returncode == code, ran.stderr
        return ran

    return run


def rows(cull: Cull, folder: Path, *arguments: object) -> dict[str, dict[str, str]]:
    """The lines of the CSV by path."""
    cull("--csv", folder / "album.csv", *arguments)
    return {row["path"]: row for row in csv.DictReader(io.StringIO((folder / "album.csv").read_text("utf-8-sig")))}


def test_the_album_follows_the_folder(cull: Cull, shoot: Path, tmp_path: Path) -> None:
    first = rows(cull, tmp_path)
    assert sorted(first) == [f"card{card}/DSC_000{number}.JPG" for card in (1, 2) for number in (1, 2, 3)]
    (shoot / "card1" / "DSC_0001.JPG").unlink()
    (shoot / "card1" / "DSC_0002.JPG").write_bytes(saved(cat((320, 240)), "JPEG"))
    (shoot / "card1" / "DSC_0003.JPG").rename(shoot / "DSC_0003.JPG")
    second = rows(cull, tmp_path)
    assert sorted(second) == ["DSC_0003.JPG", "card1/DSC_0002.JPG", *sorted(first)[3:]]
    assert second["card1/DSC_0002.JPG"]["sha256"] != first["card1/DSC_0002.JPG"]["sha256"]
    assert second["DSC_0003.JPG"]["sha256"] == first["card1/DSC_0003.JPG"]["sha256"]
    assert all(second[path]["id"] == first[path]["id"] for path in sorted(first)[3:])


def test_folders_of_other_programs_and_keepers_inside_the_shoot(cull: Cull, shoot: Path) -> None:
    for name in ("@eaDir", "#recycle", "raw"):
        shutil.copytree(shoot / "card1", shoot / name)
    for _ in range(2):
        ran = cull("--keep", 2, "--copy-keepers", shoot / "keepers", "--exclude", "raw")
        assert "6 photos: 2 to keep" in ran.stdout
        assert "Passed over: 3 in #recycle, 3 in --exclude, 3 in @eaDir" in ran.stdout
    assert len(list((shoot / "keepers").rglob("*.JPG"))) == 2
    ran = cull("--exclude", "raw")
    assert "2 in keepers (copied keepers)" in ran.stdout
    cull("--copy-keepers", shoot, code=2)


def test_equal_bytes_are_one_photo_and_its_copies(cull: Cull, shoot: Path) -> None:
    shutil.copytree(shoot / "card1", shoot / "card1-copy")
    ran = cull("--keep", 2, "--copy-keepers", shoot.parent / "keepers", "--xmp")
    assert "6 photos: 2 to keep" in ran.stdout
    assert "card1-copy/DSC_0001.JPG is a copy of card1/DSC_0001.JPG." in ran.stdout
    assert len(list((shoot.parent / "keepers").rglob("*.JPG"))) == 2
    assert b"Photo Critic copy" in (shoot / "card1-copy" / "DSC_0001.xmp").read_bytes()


def test_companions_come_along(cull: Cull, shoot: Path) -> None:
    for suffix in (".xmp", ".JPG.xmp", ".MOV", ".AAE", ".WAV"):
        (shoot / "card1" / f"DSC_0001{suffix}").write_bytes(b"beside")
    cull("--keep", 6, "--copy-keepers", shoot.parent / "keepers")
    copied = {file.relative_to(shoot.parent / "keepers") for file in (shoot.parent / "keepers").rglob("DSC*")}
    assert copied == {file.relative_to(shoot) for file in (shoot / "card1").glob("*")}  # the others are weaker


def test_decisions_of_other_programs_come_back_and_nothing_becomes_a_reject(
    cull: Cull, shoot: Path, tmp_path: Path
) -> None:
    (shoot / "card1" / "DSC_0001.xmp").write_bytes(xmp(xmp_Rating="-1"))
    (shoot / "card2" / "DSC_0002.JPG.xmp").write_bytes(xmp(xmp_Rating="5", digiKam_PickLabel="3"))
    lines = rows(cull, tmp_path, "--keep", 1, "--read-back", "--xmp", "--stars", "20,40,60,80")
    assert (lines["card1/DSC_0001.JPG"]["decision"], lines["card1/DSC_0001.JPG"]["verdict"]) == ("reject", "reject")
    assert (lines["card2/DSC_0002.JPG"]["decision"], lines["card2/DSC_0002.JPG"]["verdict"]) == ("pick", "keep")
    ratings = {str(file.relative_to(shoot)): of_sidecar(file.read_bytes()).rating for file in shoot.rglob("*.xmp")}
    assert len(ratings) == 12
    assert {name: rating for name, rating in ratings.items() if rating is not None} == {
        "card1/DSC_0001.xmp": -1, "card1/DSC_0001.JPG.xmp": -1, "card2/DSC_0002.xmp": 5, "card2/DSC_0002.JPG.xmp": 5,
    }  # fmt: skip
    earlier = shoot / "card1" / "DSC_0001.xmp"
    earlier.write_bytes(xmp(xmp_Rating="3"))
    os.utime(earlier, (1, 1))  # before the decision
    for file in (shoot / "card1").glob("DSC_0001.JPG*"):
        os.utime(file, (2, 2))
    assert rows(cull, tmp_path, "--read-back")["card1/DSC_0001.JPG"]["decision"] == "reject"
    assert "decided pictures of 50, at least 10 picked" in cull("--taste").stdout


@pytest.mark.skipif(shutil.which("exiftool") is None and not os.environ.get("CI"), reason="exiftool is not here")
def test_embedded_ratings_send_no_photo_anew(cull: Cull, shoot: Path, tmp_path: Path) -> None:
    first = rows(cull, tmp_path, "--embed", "--stars", "20,40,60,80", "--keep", 2)
    assert not list(shoot.rglob("*.xmp"))
    best = next(path for path, row in first.items() if row["stars"] == "5")
    with Image.open(shoot / best) as photo:
        assert "Photo Critic keep" in str(photo.info["xmp"])
    assert {path: row["id"] for path, row in rows(cull, tmp_path, "--keep", 2).items()} == {
        path: row["id"] for path, row in first.items()
    }
