"""The same photo in other clothes gets the same score: eight orientations, every format."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.support.local_stack import LocalStack, photo_of
from tests.support.photos import DATA, cat, saved, turned

from critic_core.contracts.critique import Critique
from critic_core.imaging.formats import FORMATS

FORMAT_FILES = sorted((DATA / "formats").iterdir())
ANIMATED_FILES = sorted((DATA / "animated").iterdir())
# What lossy compression, a palette of 256 colours or a RAW file's preview may move the score by, points of 100.
OTHER_PIXELS = 6.0


@pytest.fixture(scope="module")
def http(stack: LocalStack) -> Iterator[httpx.Client]:
    with stack.client() as client:
        yield client


def critique(http: httpx.Client, photo: bytes) -> Critique:
    answer = photo_of(http.post("/v1/photos", params={"wait": 30}, content=photo)).critique
    assert answer is not None
    return answer


def test_all_eight_orientations_get_the_same_score(http: httpx.Client) -> None:
    upright = critique(http, saved(cat(), "PNG"))
    for orientation in range(1, 9):
        result = critique(http, turned(cat(), orientation, "PNG"))
        assert result.image.orientation == orientation
        assert (result.image.width, result.image.height) == (upright.image.width, upright.image.height)
        assert result.fingerprint.pixels_sha256 == upright.fingerprint.pixels_sha256
        assert result.score == pytest.approx(upright.score, abs=1e-3)


def test_all_eight_orientations_of_a_jpeg_get_the_same_score(http: httpx.Client) -> None:
    scores = [critique(http, turned(cat(), orientation, "JPEG", quality=95)).score for orientation in range(1, 9)]
    assert max(scores) - min(scores) < OTHER_PIXELS / 4


@pytest.mark.parametrize("file", FORMAT_FILES, ids=lambda file: file.name)
def test_a_format_is_read_whatever_its_file_is_called(http: httpx.Client, file: Path) -> None:
    plain = critique(http, (DATA / "formats" / "png.png").read_bytes())
    answer = http.post("/v1/photos", params={"wait": 30}, files={"file": ("holiday.txt", file.read_bytes())})
    result = photo_of(answer).critique
    assert result is not None
    assert result.image.format == file.stem
    assert result.image.media_type == FORMATS[file.stem].media_type
    assert result.score == pytest.approx(plain.score, abs=OTHER_PIXELS)


@pytest.mark.parametrize("file", ANIMATED_FILES, ids=lambda file: file.name)
def test_of_a_moving_picture_the_first_frame_is_scored_and_a_note_says_so(http: httpx.Client, file: Path) -> None:
    result = critique(http, file.read_bytes())
    assert result.image.frames == 4
    assert any("first" in note for note in result.image.notes)
