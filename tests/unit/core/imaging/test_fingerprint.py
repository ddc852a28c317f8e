"""What near duplicates are found by."""

import base64

import imagehash
import numpy as np
from PIL import Image
from tests.support.photos import DATA, PLAIN, cat, saved

from critic_core.imaging.decode import decode
from critic_core.imaging.fingerprint import fingerprint
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.properties import View

EMBEDDING = np.array([0.6, -0.8, 0.0], dtype=np.float32)


def view_of(image: Image.Image) -> View:
    return View(np.array(image))


def distance(left: str, right: str) -> int:
    """Hamming distance of two hashes, bits."""
    return int(imagehash.hex_to_hash(left) - imagehash.hex_to_hash(right))


def test_the_embedding_is_16_bit_floats_little_endian() -> None:
    embedding = fingerprint(view_of(cat()), EMBEDDING).embedding
    assert np.frombuffer(base64.b64decode(embedding), dtype="<f2").tolist() == EMBEDDING.astype(np.float16).tolist()


def test_an_embedding_may_come_as_a_row_of_a_batch() -> None:
    photo = view_of(cat())
    assert fingerprint(photo, EMBEDDING[None]) == fingerprint(photo, EMBEDDING)


def test_the_same_photo_saved_and_sized_otherwise_has_nearly_the_same_hashes() -> None:
    first = fingerprint(view_of(cat()), EMBEDDING)
    for copy in (saved(cat(), "JPEG", quality=60), saved(cat((1800, 1197)), "JPEG"), saved(cat((226, 150)), "PNG")):
        second = fingerprint(View(decode(copy, PLAIN).pixels), EMBEDDING)
        assert distance(first.perceptual_hash, second.perceptual_hash) <= 4
        assert distance(first.difference_hash, second.difference_hash) <= 4
        assert first.pixels_sha256 != second.pixels_sha256


def test_other_photos_have_other_hashes() -> None:
    photos = [golden_photo(), (DATA / "rocket.jpg").read_bytes(), saved(cat(), "PNG")]
    made = [fingerprint(View(decode(photo, PLAIN).pixels), EMBEDDING) for photo in photos]
    for at, left in enumerate(made):
        for right in made[at + 1 :]:
            assert distance(left.perceptual_hash, right.perceptual_hash) > 16
            assert distance(left.difference_hash, right.difference_hash) > 16


def test_exact_pixels_are_equal_in_any_lossless_file() -> None:
    files = (saved(cat(), "PNG"), saved(cat(), "TIFF"), saved(cat(), "BMP"), saved(cat(), "WEBP", lossless=True))
    assert len({fingerprint(View(decode(data, PLAIN).pixels), EMBEDDING).pixels_sha256 for data in files}) == 1


def test_one_pixel_or_another_shape_is_another_photo() -> None:
    photo = np.array(cat())
    touched = photo.copy()
    touched[5, 5, 0] ^= 1
    reshaped = np.ascontiguousarray(photo.reshape(photo.shape[0] // 2, photo.shape[1] * 2, 3))
    digests = {fingerprint(View(pixels), EMBEDDING).pixels_sha256 for pixels in (photo, touched, reshaped)}
    assert len(digests) == 3
