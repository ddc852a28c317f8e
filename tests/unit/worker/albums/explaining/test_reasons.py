"""Reasons follow what is done to real photographs, and docs list all of them."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter
from tests.support.photos import DATA, PLAIN, cat

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import Fingerprint
from critic_core.imaging.decode import decode
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.properties import View, measure_all
from critic_worker.albums.explaining.reasons import REASONS, reasons_in_groups
from critic_worker.albums.ranking.quality import quality

PHOTOS = {
    "cat": cat(),
    "coffee": Image.fromarray(decode(golden_photo(), PLAIN).pixels),
    "rocket": Image.fromarray(decode((DATA / "rocket.jpg").read_bytes(), PLAIN).pixels),
}
every_photo = pytest.mark.parametrize("photo", PHOTOS.values(), ids=PHOTOS)
API = Path(__file__).parents[5] / "docs" / "api.md"


def features(image: Image.Image, score: float = 50) -> PhotoFeatures:
    values = {name: measured.value for name, measured in measure_all(View(np.array(image))).items()}
    none = Fingerprint(perceptual_hash="0" * 16, difference_hash="0" * 16, pixels_sha256="0", embedding="")
    return PhotoFeatures(score=score, percentile=0, properties=values, fingerprint=none)


def codes(*photos: PhotoFeatures, near: list[int] | None = None) -> list[set[str]]:
    groups = np.array(near or [0] * len(photos))
    reasons = reasons_in_groups(photos, quality(photos, groups), groups, np.zeros(len(photos)))
    return [{reason.code for reason in of_photo} for of_photo in reasons]


def noisy(image: Image.Image) -> Image.Image:
    noise = np.random.default_rng(1).normal(0, 25, (image.height, image.width, 3))
    return Image.fromarray(np.clip(np.array(image) + noise, 0, 255).astype(np.uint8))


CHANGES: dict[str, tuple[Callable[[Image.Image], Image.Image], set[str], set[str]]] = {
    "blurred": (lambda image: image.filter(ImageFilter.GaussianBlur(2)), {"blurred"}, {"sharpest_in_group"}),
    "noisy": (noisy, {"noisier"}, set()),
    "dark": (lambda image: ImageEnhance.Brightness(image).enhance(0.3), {"underexposed"}, {"better_exposed"}),
    "bright": (lambda image: ImageEnhance.Brightness(image).enhance(3), {"clipped_highlights"}, set()),
}


@every_photo
@pytest.mark.parametrize(("change", "against", "in_favour"), CHANGES.values(), ids=CHANGES)
def test_a_worse_copy_has_reasons_against_it(
    photo: Image.Image, change: Callable[[Image.Image], Image.Image], against: set[str], in_favour: set[str]
) -> None:
    best, copy = codes(features(photo), features(change(photo)))
    assert best >= {"best_in_group"} | in_favour
    assert copy >= {"near_duplicate_weaker"} | against


@every_photo
def test_a_dark_copy_is_not_called_blurred(photo: Image.Image) -> None:
    assert "blurred" not in codes(features(photo), features(ImageEnhance.Brightness(photo).enhance(0.5)))[1]


@every_photo
def test_what_looks_the_same_differs_in_the_score_alone(photo: Image.Image) -> None:
    best, copy = codes(features(photo, 60), features(photo, 50))
    assert best == {"best_in_group", "most_pleasing_in_group"}
    assert copy == {"near_duplicate_weaker"}


def test_a_photo_without_near_duplicates_is_compared_with_none() -> None:
    blurred = PHOTOS["cat"].filter(ImageFilter.GaussianBlur(4))
    found = codes(features(PHOTOS["cat"]), features(PHOTOS["coffee"]), features(blurred), near=[0, 1, 0])
    assert found[1] == set()
    assert "blurred" in found[2]


def test_each_code_is_said_once_and_docs_list_all() -> None:
    listed = API.read_text().partition("## Reasons in groups")[2].partition("\n## ")[0]
    assert len({reason.code for reason in REASONS}) == len(REASONS)
    rows = dict(re.findall(r"^\| (for|against) \| (.*) \|$", listed, re.MULTILINE))
    for reason in REASONS:
        assert f"`{reason.code}`" in rows["for" if reason.favourable else "against"]
