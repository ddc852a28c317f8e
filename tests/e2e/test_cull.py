"""`photo-critic cull` on a real folder and a real stack, as a photographer runs it."""

import csv
import io
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from PIL import Image, ImageFilter
from tests.support.local_stack import LocalStack
from tests.support.photos import DATA, saved
from tests.support.waiting import until

from critic_core.contracts.album import AlbumPage
from critic_core.exports.document import AlbumDocument


@pytest.fixture
def shoot(tmp_path: Path, data: Path) -> Path:
    """A dozen photographs in two folders, one of them also as RAW, one twice, one blurred, and one that is none."""
    folder = tmp_path / "shoot"
    (folder / "evening").mkdir(parents=True)
    for number, file in enumerate(sorted((data / "ccby" / "images").glob("*.jpg"))[:120:12]):
        shutil.copy(file, folder / ("evening" if number > 5 else "") / f"IMG_{number:04}.JPG")
    shutil.copy(DATA / "formats" / "dng.dng", folder / "IMG_0000.DNG")
    shutil.copy(folder / "IMG_0001.JPG", folder / "copy of 1.jpg")
    with Image.open(folder / "IMG_0002.JPG") as photo:
        blurred = photo.convert("RGB").filter(ImageFilter.GaussianBlur(photo.width / 120))
    (folder / "IMG_0002 blurred.jpg").write_bytes(saved(blurred, "JPEG"))
    return folder


@pytest.fixture
def state(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "COLUMNS": "200"}


def cull(state: dict[str, str], *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "critic_cli", "cull", *map(str, arguments)]
    return subprocess.run(command, env=state, capture_output=True, text=True, timeout=200, check=False)


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file as it is."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def journals(state: dict[str, str]) -> list[Path]:
    return sorted(Path(state["XDG_STATE_HOME"]).rglob("*.jsonl"))


def test_a_folder_is_culled_and_left_as_it_is(stack: LocalStack, shoot: Path, state: dict[str, str]) -> None:
    before = contents(shoot)
    out = shoot.parent / "out"
    out.mkdir()
    ran = cull(
        state, shoot, "--keep", "4", "--url", stack.url, "--csv", out / "a.csv", "--json", out / "a.json", "--html",
        out / "a.html", "--copy-keepers", out / "keepers",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert contents(shoot) == before
    document = AlbumDocument.model_validate_json((out / "a.json").read_bytes())
    assert len(document.photos) == 11  # RAW and JPEG are one, the same bytes are one
    assert (out / "a.html").read_bytes().startswith(b"<!doctype html>")
    keepers = {
        line["file_name"]
        for line in csv.DictReader(io.StringIO((out / "a.csv").read_text("utf-8-sig")))
        if line["verdict"] == "keep"
    }
    copied = contents(out / "keepers")
    del copied[".photo-critic-keepers"]
    assert {Path(name).name for name in copied} >= keepers
    assert len(copied) <= len(keepers) + 1  # with the RAW file of one
    assert all(before[name] == copied[name] for name in copied)
    assert len(keepers) == 4
    assert "11 photos: 4 to keep" in ran.stdout
    assert "copy of 1.jpg is a copy of IMG_0001.JPG." in ran.stdout


def test_sidecars_on_request(stack: LocalStack, shoot: Path, state: dict[str, str]) -> None:
    shutil.copy(DATA / "sidecars" / "lightroom.xmp", shoot / "IMG_0000.xmp")
    before = contents(shoot)
    ran = cull(state, shoot, "--url", stack.url, "--xmp")
    assert ran.returncode == 0, ran.stderr
    after = contents(shoot)
    assert {name for name in after if name not in before} >= {"IMG_0000.DNG.xmp", "IMG_0000.JPG.xmp", "IMG_0001.xmp"}
    assert {name: after[name] for name in before if name != "IMG_0000.xmp"} == {
        name: before[name] for name in before if name != "IMG_0000.xmp"
    }
    assert b'crs:Exposure2012="+0.35"' in after["IMG_0000.xmp"][0]
    again = cull(state, shoot, "--url", stack.url, "--xmp")
    assert again.returncode == 0
    assert contents(shoot) == after


def test_an_interrupted_run_goes_on(stack: LocalStack, shoot: Path, state: dict[str, str]) -> None:
    command = [sys.executable, "-m", "critic_cli", "cull", str(shoot), "--url", stack.url]
    first = subprocess.Popen(command, env=state, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: journals(state), 30, "the journal")
    first.send_signal(signal.SIGINT)
    _, said = first.communicate(timeout=60)
    if first.returncode != 0:  # else it was faster than we
        assert "Run the command again to resume." in said
    album = journals(state)[0].read_text().splitlines()[0]
    ran = cull(state, shoot, "--url", stack.url)
    assert ran.returncode == 0, ran.stderr
    assert journals(state)[0].read_text().splitlines()[0] == album
    page = AlbumPage.model_validate_json(httpx.get(f"{stack.url}/v1/albums/{album[11:-2]}").content)
    assert page.album.counts.photos == 11


def test_nothing_is_sent_twice(stack: LocalStack, shoot: Path, state: dict[str, str]) -> None:
    first = cull(state, shoot, "--url", stack.url)
    lines = journals(state)[0].read_text()
    again = cull(state, shoot, "--url", stack.url)
    assert again.stdout == first.stdout
    assert journals(state)[0].read_text() == lines
    cull(state, shoot, "--url", stack.url, "--fresh")
    assert journals(state)[0].read_text().splitlines()[0] != lines.splitlines()[0]


def test_a_bad_file_is_reported_and_stops_nothing(stack: LocalStack, shoot: Path, state: dict[str, str]) -> None:
    (shoot / "notes.jpg").write_text("no photo")
    (shoot / "broken.jpg").write_bytes((shoot / "IMG_0003.JPG").read_bytes()[:3000])
    (shoot / "gone.jpg").symlink_to(shoot / "nowhere.jpg")
    ran = cull(state, shoot, "--url", stack.url)
    assert ran.returncode == 1
    assert "11 photos" in ran.stdout
    for name in ("notes.jpg: ", "broken.jpg: ", "gone.jpg: The file cannot be read: No such file"):
        assert name in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_stack_of_its_own(shoot: Path, state: dict[str, str]) -> None:
    ran = cull(state, shoot / "evening", "--local", "--keep", "2")
    assert ran.returncode == 0, ran.stderr
    assert "4 photos: 2 to keep" in ran.stdout
    assert not list(Path(state["XDG_STATE_HOME"]).rglob("running.json"))  # stopped in order


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--stars", "1"], "four ascending percentages"),
        (["--labels", "best=Green"], "Labels name a colour"),
        (["--url", "http://127.0.0.1:9"], "No Photo Critic answers at"),
    ],
)
def test_what_cannot_be_done_is_said(shoot: Path, state: dict[str, str], arguments: list[str], said: str) -> None:
    ran = cull(state, shoot, *arguments)
    assert (ran.returncode, said in ran.stderr, "Traceback" in ran.stderr) == (2, True, False), ran.stderr


def test_an_empty_folder(tmp_path: Path, state: dict[str, str]) -> None:
    ran = cull(state, tmp_path)
    assert (ran.returncode, ran.stderr) == (2, f"There are no photos in {tmp_path}.\n")


def test_near_duplicates_are_corrected_from_the_shell(stack: LocalStack, shoot: Path, state: dict[str, str]) -> None:
    out = shoot.parent / "a.json"

    def moments() -> dict[str | None, str | None]:
        assert cull(state, shoot, "--url", stack.url, "--json", out).returncode == 0
        photos = AlbumDocument.model_validate_json(out.read_bytes()).photos
        return {photo.proposal.file_name: photo.proposal.moment for photo in photos}

    def groups(verb: str, *photos: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "critic_cli", "groups", verb, str(shoot), *photos, "--url", stack.url]
        return subprocess.run(command, env=state, capture_output=True, text=True, timeout=200, check=False)

    assert groups("undo").returncode == 2  # nothing was culled
    before = moments()
    assert before["IMG_0002.JPG"] == before["IMG_0002 blurred.jpg"] is not None
    assert groups("separate", "IMG_0002 blurred.jpg").returncode == 0
    assert groups("merge", "IMG_0000.DNG", str(shoot / "IMG_0003.JPG")).returncode == 0
    corrected = moments()
    assert corrected["IMG_0002 blurred.jpg"] is None
    assert corrected["IMG_0000.JPG"] == corrected["IMG_0003.JPG"] is not None
    assert "no photo of" in groups("merge", "elsewhere.jpg").stderr
    assert [groups("undo").returncode for _ in range(3)] == [0, 0, 2]
    assert moments() == before
