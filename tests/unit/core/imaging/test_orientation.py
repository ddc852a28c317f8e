"""A photo is the same photo in all eight EXIF orientations."""

from io import BytesIO

import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image
from tests.data import make
from tests.support.photos import PLAIN, cat, difference, saved, turned

from critic_core.imaging.decode import decode
from critic_core.imaging.fingerprint import fingerprint
from critic_core.imaging.orientation import from_exif
from critic_core.imaging.preprocess import prepare
from critic_core.imaging.properties import View, measure_all

LOSSLESS = [("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True})]
LOSSY = [("JPEG", {"quality": 95, "subsampling": 0}), ("AVIF", {"quality": 95}), ("HEIF", {"quality": 95})]
EIGHT = range(1, 9)


@pytest.fixture(autouse=True, scope="module")
def _heif_writer() -> None:
    pillow_heif.register_heif_opener()


@pytest.mark.parametrize("orientation", EIGHT)
@pytest.mark.parametrize(("kind", "options"), LOSSLESS)
def test_lossless_files_are_equal_to_the_last_bit(kind: str, options: dict[str, bool], orientation: int) -> None:
    decoded = decode(turned(cat(), orientation, kind, **options), PLAIN)
    assert np.array_equal(decoded.pixels, np.asarray(cat()))
    assert (decoded.facts.width, decoded.facts.height) == cat().size
    assert decoded.facts.orientation == orientation


@pytest.mark.parametrize("orientation", EIGHT)
@pytest.mark.parametrize("size", [(1501, 997), (2501, 1999)], ids=["one band", "several bands"])
def test_reduced_photos_are_equal_too_by_input_properties_and_fingerprint(
    size: tuple[int, int], orientation: int
) -> None:
    """A reduction by no whole number, and in bands."""
    photo, embedding = cat(size), np.ones(4, dtype=np.float32)
    upright, rotated = (turned(photo, at, "PNG", compress_level=1) for at in (1, orientation))
    first, second = decode(upright, PLAIN).pixels, decode(rotated, PLAIN).pixels
    assert np.array_equal(first, second)
    assert np.array_equal(prepare(upright, PLAIN), prepare(rotated, PLAIN))
    assert measure_all(View(first)) == measure_all(View(second))
    assert fingerprint(View(first), embedding) == fingerprint(View(second), embedding)


@pytest.mark.parametrize("orientation", EIGHT)
@pytest.mark.parametrize(("kind", "options"), LOSSY)
def test_lossy_files_are_equal_but_for_their_losses(kind: str, options: dict[str, int], orientation: int) -> None:
    decoded = decode(turned(cat(), orientation, kind, **options), PLAIN)
    assert decoded.pixels.shape == (cat().height, cat().width, 3)
    assert difference(decoded.pixels, cat()) < 5
    assert decoded.facts.orientation == orientation


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_raw_is_turned_as_its_container_says(orientation: int) -> None:
    """Cameras know the four turns only; LibRaw does not tell mirrored ones."""
    stored = cat((240, 160))
    upright = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_270, 8: Image.Transpose.ROTATE_90}
    how = upright[orientation]
    expected = stored if how is None else stored.transpose(how)
    decoded = decode(make.dng(stored, orientation), PLAIN)
    assert difference(decoded.pixels, expected) < 5
    assert (decoded.facts.width, decoded.facts.height) == expected.size
    assert decoded.facts.orientation == orientation


def test_heic_lies_as_its_container_says_and_not_as_its_exif_does() -> None:
    """ISO/IEC 23000-22 (MIAF), 7.3.6.7: the container's turns are what counts, EXIF's orientation is not applied."""
    exif = Image.Exif()
    exif[274] = 6
    decoded = decode(saved(cat(), "HEIF", quality=95, exif=exif), PLAIN)
    assert difference(decoded.pixels, cat()) < 5


def test_avif_lies_as_its_container_says_and_not_as_its_xmp_does() -> None:
    xmp = b'<rdf:RDF xmlns:tiff="http://ns.adobe.com/tiff/1.0/"><rdf:Description tiff:Orientation="6"/></rdf:RDF>'
    decoded = decode(saved(cat(), "AVIF", quality=95, xmp=xmp), PLAIN)
    assert difference(decoded.pixels, cat()) < 5


@pytest.mark.parametrize("bits", [8, 16])
def test_a_tiff_without_the_tag_lies_as_its_xmp_says(bits: int) -> None:
    xmp = b'<rdf:RDF xmlns:tiff="http://ns.adobe.com/tiff/1.0/"><rdf:Description tiff:Orientation="6"/></rdf:RDF>'
    levels, out = np.asarray(cat().transpose(Image.Transpose.ROTATE_90)), BytesIO()
    values = levels if bits == 8 else levels.astype(np.uint16) * 257
    tifffile.imwrite(out, values, photometric="rgb", extratags=[(700, "B", len(xmp), xmp, True)])
    decoded = decode(out.getvalue(), PLAIN)
    assert np.array_equal(decoded.pixels, np.asarray(cat()))
    assert (decoded.facts.width, decoded.facts.height, decoded.facts.orientation) == (*cat().size, 6)


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_ignored(value: int) -> None:
    exif = Image.Exif()
    exif[274] = value
    decoded = decode(saved(cat(), "PNG", exif=exif), PLAIN)
    assert np.array_equal(decoded.pixels, np.asarray(cat()))
    assert decoded.facts.orientation == 1


def test_exif_that_is_garbage_does_not_spoil_the_photo() -> None:
    garbage = b"Exif\0\0II*\0" + b"\xff" * 40
    decoded = decode(saved(cat(), "JPEG", quality=95, exif=garbage), PLAIN)
    assert difference(decoded.pixels, cat()) < 5
    assert decoded.facts.orientation == 1


def test_a_photo_without_exif_is_upright() -> None:
    assert from_exif(cat()) == 1
