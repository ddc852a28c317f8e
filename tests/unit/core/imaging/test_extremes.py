"""Shapes that nobody expects, and how much memory large photos take."""

import numpy as np
import pytest
from PIL import Image
from tests.support.memory import printed_by
from tests.support.photos import PLAIN, cat, saved

from critic_core.contracts.critique import PropertyName
from critic_core.imaging.decode import decode
from critic_core.imaging.fingerprint import fingerprint
from critic_core.imaging.preprocess import prepare
from critic_core.imaging.preview import preview
from critic_core.imaging.properties import View, measure_all, reasons

SHAPES = [(1, 1), (2, 1), (1, 2), (3, 3), (20_000, 50), (50, 20_000), (20_000, 1), (1, 20_000), (961, 961)]
WORKER_BUDGET_MB = 400
LIBRARIES_MB = 110  # what a fresh process with numpy, Pillow, LibRaw and SciPy holds before it decodes, at most

MEASURE = """
    import sys
    import imagehash, scipy.fftpack
    from critic_core.contracts.manifest import Preprocessing
    from critic_core.imaging.decode import decode
    before = peak()
    decode(sys.stdin.buffer.read(), Preprocessing())
    print(before, peak())
"""


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("size", SHAPES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_any_shape_goes_all_the_way(size: tuple[int, int], kind: str) -> None:
    data = saved(Image.linear_gradient("L").resize(size).convert("RGB"), kind)
    pixels = decode(data, PLAIN).pixels
    assert max(pixels.shape[:2]) == min(960, *[max(size)])
    assert prepare(data, PLAIN).shape == (224, 224, 3)
    view = View(pixels)
    assert set(measure_all(view)) == set(PropertyName)
    assert isinstance(reasons(measure_all(view)), tuple)
    assert len(fingerprint(view, np.ones(3)).perceptual_hash) == 16
    assert preview(pixels)[:2] == b"\xff\xd8"


@pytest.mark.parametrize("tone", [0, 128, 255])
def test_one_tone_has_numbers_too(tone: int) -> None:
    measured = measure_all(View(np.full((40, 60, 3), tone, dtype=np.uint8)))
    assert all(np.isfinite(pixel.value) for pixel in measured.values())


def large(kind: str) -> bytes:
    """24 megapixels."""
    photo = cat((6000, 4000))
    if kind == "RGBA":
        photo.putalpha(200)
        return saved(photo, "PNG", compress_level=1)
    options = {
        "PNG": {"compress_level": 1},
        "JPEG": {"quality": 90},
        "PROGRESSIVE": {"quality": 90, "progressive": True},
        "WEBP": {"quality": 60, "method": 0},
    }
    return saved(photo, "JPEG" if kind == "PROGRESSIVE" else kind, **options[kind])


@pytest.mark.parametrize("kind", ["JPEG", "PROGRESSIVE", "PNG", "RGBA", "WEBP"])
def test_24_megapixels_fit_into_a_worker(kind: str) -> None:
    """Peak resident memory of a fresh process that decodes pixel."""
    before, peak = printed_by(MEASURE, large(kind))
    assert before < LIBRARIES_MB
    assert peak < WORKER_BUDGET_MB


def test_200_megapixels_of_a_phone_fit_into_a_worker() -> None:
    """libjpeg reduces while decoding."""
    _, peak = printed_by(MEASURE, saved(Image.new("L", (16_320, 12_240), 128), "JPEG", quality=20))
    assert peak < WORKER_BUDGET_MB
