"""JPEGs of an interrupted copy or a failing card are refused or marked, and whole ones are neither."""

import numpy as np
import pytest
from tests.support.photos import PLAIN, cat, difference, saved

from critic_core.contracts.errors import PhotoCorrupt
from critic_core.imaging.decode import decode
from critic_core.imaging.jpeg_pixels import DAMAGED


def whole(**options: object) -> bytes:
    return saved(cat((1200, 800)), "JPEG", quality=90, **options)


def foreign(data: bytes, start: int, end: int) -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, end - start, np.uint8).tobytes().replace(b"\xff", b"\xfe")
    return data[:start] + noise + data[end:]


OPTIONS = [{}, {"progressive": True}, {"subsampling": 0, "optimize": True}]


@pytest.mark.parametrize("options", OPTIONS)
def test_foreign_bytes_inside_are_noted(options: dict[str, object]) -> None:
    data = whole(**options)
    half = len(data) // 2
    for damaged in (foreign(data, half, half + 4096), data[:half] + bytes(4096) + data[half + 4096 :]):
        assert decode(damaged, PLAIN).facts.notes == (DAMAGED,)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_jpeg_without_its_end_is_refused(share: float) -> None:
    data = whole()
    with pytest.raises(PhotoCorrupt):
        decode(data[: int(share * len(data))], PLAIN)


def test_half_of_zeros_is_refused_or_noted() -> None:
    data = whole()
    with pytest.raises(PhotoCorrupt, match="cut short"):
        decode(data[: len(data) // 2] + bytes(len(data) // 2), PLAIN)


@pytest.mark.parametrize("options", OPTIONS)
def test_a_whole_jpeg_has_no_note(options: dict[str, object]) -> None:
    data = whole(**options)
    for variant in (data, data[:-2], data + b"a film behind", data[:-2] + bytes(3) + data[-2:]):
        decoded = decode(variant, PLAIN)
        assert decoded.facts.notes == ()
        assert difference(decoded.pixels, decode(data, PLAIN).pixels) == 0
