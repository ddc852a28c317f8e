"""What was technically lost decides among near duplicates, and hardly counts between photos of different things."""

import numpy as np
import pytest

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import Fingerprint, PropertyName
from critic_worker.albums.ranking.quality import MOST_WITHIN_GROUP, best_of, preference, quality

ALONE = np.arange(2)
TOGETHER = np.zeros(2, np.int64)


def photo(
    score: float = 50, fine_detail: float = 4.0, highlights: float = 1.0, pixels: int = 0, *, damaged: bool = False
) -> PhotoFeatures:
    values = {PropertyName.fine_detail: fine_detail, PropertyName.highlights: highlights}
    none = Fingerprint(perceptual_hash="0" * 16, difference_hash="0" * 16, pixels_sha256="0", embedding="")
    return PhotoFeatures(score=score, percentile=0, properties=values, fingerprint=none, pixels=pixels, damaged=damaged)


def shoot(count: int, seed: int = 1) -> list[PhotoFeatures]:
    random = np.random.default_rng(seed)
    rows = zip(random.uniform(0, 100, count), random.gamma(2, 2, count), random.gamma(1, 4, count), strict=True)
    return [photo(*row) for row in rows]


@pytest.mark.parametrize("worse", [photo(score=45), photo(fine_detail=3), photo(highlights=8)])
def test_one_thing_that_is_worse_decides_a_group(worse: PhotoFeatures) -> None:
    good, bad = quality([photo(), worse], TOGETHER)
    assert good > bad


def test_a_blurred_near_duplicate_does_not_win_by_its_score() -> None:
    assert best_of([photo(score=60, fine_detail=2), photo(score=50)], TOGETHER).tolist() == [1, 1]


@pytest.mark.parametrize("soft", [0.0, 0.5, 1.2, 2.0])
def test_a_beautiful_soft_photo_goes_before_a_crisp_dull_one(soft: float) -> None:
    beautiful, dull = quality([photo(score=85, fine_detail=soft), photo(score=60, fine_detail=9)], ALONE)
    assert beautiful > dull


def test_without_faults_the_quality_of_a_photo_of_its_own_is_its_score() -> None:
    assert quality([photo(score=63.5), photo(score=12)], ALONE) == pytest.approx([63.5, 12], abs=0.02)


def test_scores_of_any_scale_compare_by_probability() -> None:
    """Of two models with scales of their own, and of an old critique, whose score is a percentage of probability."""
    critiques = [(58.6, 0.8), (67.0, 0.8), (80.0, None)]
    photos = [photo(score).model_copy(update={"probability": probability}) for score, probability in critiques]
    assert quality(photos, np.arange(3)) == pytest.approx([80] * 3, abs=0.02)


def test_the_preferred_one_is_on_top_of_its_group_with_its_own_quality_and_the_rest_follow_in_order() -> None:
    features = shoot(60)
    near = np.random.default_rng(2).integers(0, 12, 60)
    qualities, alone, best = quality(features, near), quality(features, np.arange(60)), best_of(features, near)
    assert qualities[best] == pytest.approx(alone[best])
    for number in range(12):
        members = np.flatnonzero(near == number)
        assert np.array_equal(np.argsort(qualities[members]), np.argsort(preference(features, near)[members]))


def test_a_copy_loses_a_bounded_part_of_what_its_group_is_worth() -> None:
    _, copy = quality([photo(score=50), photo(score=0, fine_detail=0, highlights=100)], TOGETHER)
    assert 100 / (1 + np.exp(MOST_WITHIN_GROUP)) < copy < 40


def test_no_group_changes_another() -> None:
    features = shoot(30)
    near = np.arange(30) // 3
    assert quality(features[:15], near[:15]) == pytest.approx(quality(features, near)[:15])


def test_the_order_in_which_photos_come_does_not_matter() -> None:
    features, order = shoot(30), np.random.default_rng(4).permutation(30)
    near = np.arange(30) // 3
    mixed = quality([features[n] for n in order], near[order])
    assert mixed == pytest.approx(quality(features, near)[order])


def test_a_critique_that_is_older_than_a_property_counts_as_usual() -> None:
    old = photo().model_copy(update={"properties": {}})
    assert quality([old, photo()], ALONE) == pytest.approx([50, 50])


@pytest.mark.parametrize("score", [0.0, 100.0])
def test_the_ends_of_the_score_are_numbers(score: float) -> None:
    assert np.isfinite(quality([photo(score=score), photo()], TOGETHER)).all()


def test_an_album_without_photos() -> None:
    assert len(quality([], np.zeros(0, np.int64))) == 0


def test_a_smaller_copy_never_beats_its_original() -> None:
    """Reduced copies look crisper; of copies of copies, the larger is the better."""
    sizes = [160 * 107, 1600 * 1067, 6000 * 4000, 800 * 533]
    photos = [photo(score=90 - 10 * at, fine_detail=9 - at, pixels=pixels) for at, pixels in enumerate(sizes)]
    values = quality(photos, np.zeros(4, np.int64))
    assert np.argsort(-values).tolist() == [2, 1, 3, 0]
    assert best_of(photos, np.zeros(4, np.int64)).tolist() == [2] * 4


def test_another_frame_with_fewer_pixels_may_be_the_better() -> None:
    large, small = photo(pixels=24_000_000), photo(score=80, pixels=12_000_000)
    apart = small.fingerprint.model_copy(update={"perceptual_hash": "0" * 12 + "ffff"})
    assert best_of([large, small.model_copy(update={"fingerprint": apart})], TOGETHER).tolist() == [1, 1]


def test_a_damaged_file_leads_neither_its_group_nor_the_album() -> None:
    damaged, sound = photo(score=95, fine_detail=9, pixels=24_000_000, damaged=True), photo(score=20, pixels=1_000_000)
    assert best_of([damaged, sound], TOGETHER).tolist() == [1, 1]
    values = quality([damaged, sound], ALONE)
    assert values[0] < values[1]
