"""Each format becomes the same photo."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from tests.support.photos import DATA, PLAIN, cat, difference, saved

from critic_core.imaging.decode import decode
from critic_core.imaging.reduction import reduced_size

# what a lossy encoder at this quality may change, mean levels
TOLERANCE = {"jpeg": 4, "webp": 6, "avif": 4, "heic": 3, "gif": 10, "dng": 4, "png": 0, "tiff": 0, "bmp": 0, "jxl": 4}
PICTURES = sorted((DATA / "formats").iterdir())


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.stem)
def test_every_format_is_the_same_cat(picture) -> None:
    decoded = decode(picture.read_bytes(), PLAIN)
    original = np.asarray(Image.open(DATA / "formats" / "png.png"))
    assert decoded.pixels.shape == (160, 240, 3)
    assert decoded.pixels.dtype == np.uint8
    assert difference(decoded.pixels, original) <= TOLERANCE[picture.stem]


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.stem)
def test_the_facts_are_the_files(picture) -> None:
    facts = decode(picture.read_bytes(), PLAIN).facts
    assert facts.format == picture.stem
    assert (facts.width, facts.height, facts.orientation, facts.frames) == (240, 160, 1, 1)


def test_the_pixels_may_be_written_to() -> None:
    """PyTorch warns about arrays that are read-only."""
    assert decode(saved(cat(), "PNG"), PLAIN).pixels.flags.writeable


@pytest.mark.parametrize("name", ["spin.gif", "spin.webp", "spin.png"])
def test_of_an_animation_the_first_frame_is_taken_and_said_so(name: str) -> None:
    decoded = decode((DATA / "animated" / name).read_bytes(), PLAIN)
    first = cat((240, 160)).resize((120, 80))
    assert decoded.facts.frames == 4
    assert decoded.facts.notes == ("first frame of 4",)
    assert difference(decoded.pixels, first) < 10


def test_of_many_pages_the_first_is_taken_and_said_so() -> None:
    grey = [Image.new("L", (30, 20), tone) for tone in (10, 100, 200)]
    decoded = decode(saved(grey[0], "TIFF", save_all=True, append_images=grey[1:]), PLAIN)
    assert decoded.facts.notes == ("first page of 3",)
    assert decoded.pixels.max() == 10


def test_a_raw_photo_is_seen_through_its_preview_and_says_so() -> None:
    facts = decode((DATA / "formats" / "dng.dng").read_bytes(), PLAIN).facts
    assert facts.notes == ("seen through its embedded preview of 240 × 160 pixels",)


@pytest.mark.parametrize(("kind", "options"), [("JPEG", {"quality": 95}), ("PNG", {}), ("TIFF", {}), ("BMP", {})])
def test_large_photos_are_reduced_and_report_their_size(kind: str, options: dict[str, int]) -> None:
    decoded = decode(saved(cat((3000, 2000)), kind, **options), PLAIN)
    assert decoded.pixels.shape == (640, 960, 3)
    assert (decoded.facts.width, decoded.facts.height) == (3000, 2000)
    assert difference(decoded.pixels, cat((3000, 2000)).resize((960, 640), Image.Resampling.BOX)) < 2


def test_reducing_in_bands_is_reducing_at_once() -> None:
    """12 megapixels are taken in three bands: no seam may show."""
    whole = cat((4000, 3000))
    at_once = whole.resize((960, 720), Image.Resampling.BOX)
    banded = decode(saved(whole, "PNG", compress_level=1), PLAIN).pixels
    assert np.abs(banded.astype(int) - np.asarray(at_once)).max() <= 1


def test_small_photos_stay_as_they_are() -> None:
    assert np.array_equal(decode(saved(cat(), "PNG"), PLAIN).pixels, np.asarray(cat()))


@pytest.mark.parametrize(
    ("width", "scale"), [(959, 1), (1918, 1), (1919, 2), (3836, 2), (3837, 4), (7672, 4), (7673, 8), (20000, 8)]
)
def test_jpeg_is_drafted_at_the_smallest_scale_that_is_enough(width: int, scale: int) -> None:
    """ceil(width / scale) is the drafted width: at least 960, and half of it would be less (or 8 is the smallest)."""
    photo = Image.linear_gradient("L").resize((width, 64)).convert("RGB")
    data = saved(photo, "JPEG", quality=95)
    reference = Image.open(BytesIO(data))
    reference.draft(None, (width // scale, 64 // scale))
    assert reference.size[0] == -(-width // scale)
    size = reduced_size((reference.width, reference.height), 960)
    expected = reference.resize(size, Image.Resampling.BOX) if size != reference.size else reference
    assert np.array_equal(decode(data, PLAIN).pixels, np.asarray(expected))
