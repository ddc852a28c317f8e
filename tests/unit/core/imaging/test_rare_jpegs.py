"""JPEGs that few programs write: more than 8 bits, lossless, arithmetic-coded."""

from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageCms
from tests.support.photos import DATA, PLAIN, STORED, cat, difference, saved

from critic_core.contracts.errors import PhotoCorrupt, PhotoUnsupported
from critic_core.imaging.decode import decode

SIZE = (240, 160)


def deep(image: Image.Image, bits: int = 12, **options: Any) -> bytes:
    values = np.round(np.asarray(image) / 255 * (2**bits - 1)).astype(np.uint16)
    return bytes(imagecodecs.jpeg8_encode(values, level=98, bitspersample=bits, subsampling="444", **options))


def with_segments(data: bytes, like: bytes) -> bytes:
    """With the metadata of another JPEG: the application segments after the start of image."""
    at = 2
    while like[at + 1] in range(0xE0, 0xF0):
        at += 2 + int.from_bytes(like[at + 2 : at + 4], "big")
    return data[:2] + like[2:at] + data[2:]


@pytest.mark.parametrize("picture", [cat(SIZE), cat(SIZE).convert("L")])
@pytest.mark.parametrize(("bits", "options"), [(12, {}), (12, {"lossless": True}), (16, {"lossless": True})])
def test_all_bits_are_read(picture: Image.Image, bits: int, options: dict[str, Any]) -> None:
    decoded = decode(deep(picture, bits, **options), PLAIN)
    assert difference(decoded.pixels, picture.convert("RGB")) < 2
    assert (decoded.facts.format, decoded.facts.notes) == ("jpeg", ())


def test_eight_bits_without_loss() -> None:
    data = imagecodecs.jpeg8_encode(np.asarray(cat(SIZE)), lossless=True)
    assert difference(decode(bytes(data), PLAIN).pixels, cat(SIZE)) == 0


def test_a_deep_jpeg_is_upright_and_in_the_colours_of_its_profile() -> None:
    turn = STORED[6]
    assert turn is not None
    exif = Image.Exif()
    exif[274], exif[271] = 6, "Scanner"
    linear = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    like = saved(cat((16, 16)), "JPEG", exif=exif.tobytes())
    decoded = decode(with_segments(deep(cat(SIZE).transpose(turn)), like), PLAIN)
    assert difference(decoded.pixels, cat(SIZE)) < 2
    assert decoded.facts.capture is not None
    assert decoded.facts.capture.camera == "Scanner"
    profiled = with_segments(deep(cat(SIZE)), saved(cat((16, 16)), "JPEG", icc_profile=linear))
    assert decode(profiled, PLAIN).facts.notes == ("its colour profile could not be used and was ignored",)


@pytest.mark.parametrize("share", [0.5, 0.95])
def test_a_deep_jpeg_cut_short_is_refused(share: float) -> None:
    data = deep(cat(SIZE))
    with pytest.raises(PhotoCorrupt, match="cut short"):
        decode(data[: int(share * len(data))], PLAIN)


def test_inks_of_12_bits_are_refused_by_their_name() -> None:
    data = deep(cat(SIZE))
    frame = data.index(b"\xff\xc1")
    with pytest.raises(PhotoUnsupported, match="4 components of 12 bits"):
        decode(data[: frame + 9] + b"\4" + data[frame + 10 :], PLAIN)


@pytest.mark.parametrize("name", ["arithmetic.jpg", "arithmetic-progressive.jpg"])
def test_arithmetic_coding_is_read(name: str) -> None:
    """Made by `jpegtran -arithmetic` from the same picture."""
    decoded = decode((DATA / "jpeg" / name).read_bytes(), PLAIN)
    assert difference(decoded.pixels, cat((96, 64))) < 6
    assert decoded.facts.notes == ()


def test_other_codings_are_called_by_their_names() -> None:
    plain = saved(cat(SIZE), "JPEG")
    frame = plain.index(b"\xff\xc0")
    without_height = plain[: frame + 5] + b"\0\0" + plain[frame + 7 :]
    hierarchical = plain[:2] + b"\xff\xde\0\x11" + plain[frame + 4 : frame + 19] + plain[2:]
    coded = {"JPEG-LS": imagecodecs.jpegls_encode(np.asarray(cat(SIZE))), "DNL": without_height}
    for name, data in (coded | {"hierarchical JPEG": hierarchical}).items():
        with pytest.raises(PhotoUnsupported, match=name):
            decode(bytes(data), PLAIN)
