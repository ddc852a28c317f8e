"""RAW files beyond the server's limit go by their preview, upright and with their capture facts."""

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from tests.data import make
from tests.support.missing import service_missing
from tests.support.photos import PLAIN, STORED, cat, difference

from critic_cli.files import raw_preview
from critic_cli.files.raw_preview import content_of
from critic_core.contracts.errors import PhotoTooLarge
from critic_core.imaging.code_points import ADOBE_RGB, CodePoints
from critic_core.imaging.colour_tags import colour_of_exif
from critic_core.imaging.decode import decode

SIZE = (720, 480)


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A RAW file that stands on its side, above a limit that is lowered."""
    if shutil.which("exiftool") is None:
        service_missing("exiftool is not here")
    monkeypatch.setattr(raw_preview, "MAX_BYTES", 10_000)
    turn = STORED[6]
    assert turn is not None
    file = tmp_path / "DSC_0001.DNG"
    file.write_bytes(make.dng(cat(SIZE).transpose(turn), 6))
    return file


def content(photo: Path) -> bytes:
    sent = content_of(photo)
    return sent if isinstance(sent, bytes) else sent.read_bytes()


def test_the_preview_is_upright_and_has_the_facts(large: Path) -> None:
    decoded = decode(content(large), PLAIN)
    assert decoded.facts.format == "jpeg"
    assert difference(decoded.pixels, cat(SIZE)) < 4
    assert decoded.facts.capture is not None
    assert decoded.facts.capture.camera == "Photo Critic Test camera"


def test_the_preview_has_the_colour_space(large: Path) -> None:
    space = ["-EXIF:ColorSpace#=65535", "-InteropIndex#=R03"]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *space, str(large)], check=True)
    assert colour_of_exif(content(large)) == CodePoints(ADOBE_RGB, 563 / 256)


def test_a_preview_that_is_upright_already_is_not_turned(large: Path) -> None:
    large.write_bytes(make.dng(cat(SIZE), 1))
    upright = content(large)
    with Image.open(BytesIO(upright)) as image:
        assert image.size == SIZE
        assert image.getexif().get(274) == 1


def test_a_smaller_file_is_sent_as_it_is(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_preview, "MAX_BYTES", 10_000_000)
    assert content(large) == large.read_bytes()


@pytest.mark.parametrize("preview", [make.dng(cat((300, 200)), preview=False), make.dng(cat((300, 200)))])
def test_without_a_preview_worth_a_score_the_file_is_too_large(large: Path, preview: bytes) -> None:
    large.write_bytes(preview)
    with pytest.raises(PhotoTooLarge, match="no JPEG preview of 600 pixels"):
        content(large)


def test_without_exiftool_the_refusal_names_it(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_preview.shutil, "which", lambda _: None)
    with pytest.raises(PhotoTooLarge, match="ExifTool"):
        content(large)


def test_a_file_on_which_exiftool_hangs_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(command: list[str], timeout: int, **_: object) -> None:
        raise subprocess.TimeoutExpired(command, timeout)

    (tmp_path / "DSC_0001.DNG").write_bytes(bytes(100))
    monkeypatch.setattr(raw_preview, "MAX_BYTES", 99)
    monkeypatch.setattr(raw_preview.shutil, "which", lambda _: "exiftool")
    monkeypatch.setattr(raw_preview.subprocess, "run", hang)
    with pytest.raises(PhotoTooLarge, match="within 120 s"):
        content(tmp_path / "DSC_0001.DNG")
