"""Figures of predictions with a known truth."""

from pathlib import Path

import numpy as np
import pytest

from critic_training.data.photo_sets import RatedPhotos
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.figures import OVERALL, classes, ranks
from critic_training.evaluation.interval import figure
from critic_training.evaluation.pairs import pairs_by_gap
from critic_training.evaluation.reliability import Bin, calibration_error, cross_fitted, reliability
from critic_training.evaluation.run_figures import measure_run
from critic_training.evaluation.statistics import sides

CONFIG = EvaluationConfig(resamples=60)
PHOTOS = 400


@pytest.fixture
def rated() -> RatedPhotos:
    random = np.random.default_rng(1)
    return RatedPhotos(
        name="some",
        files=tuple(Path(f"some/images/{number}.jpg") for number in range(PHOTOS)),
        score=random.uniform(1, 7, PHOTOS).astype(np.float32),
        category=np.array(["Animal", "Scenery"])[np.arange(PHOTOS) % 2],
        fold=np.arange(PHOTOS) // 2 % 4,
        group=np.array([f"theme {number // 4}" for number in range(PHOTOS)]),
    )


def test_the_order_of_the_ratings_gets_full_marks_and_the_reverse_none(rated: RatedPhotos) -> None:
    right, wrong = (ranks([sign * rated.score], rated, CONFIG) for sign in (1, -1))
    for category in (OVERALL, "Animal", "Scenery"):
        assert right["Spearman", category].value == pytest.approx(1)
        assert right["Kendall", category].value == pytest.approx(1)
        assert right["top 30 % against bottom 30 %", category].value == 1
        assert wrong["Spearman", category].value == pytest.approx(-1)
        assert wrong["top 30 % against bottom 30 %", category].value == 0


def test_chance_is_inside_its_interval(rated: RatedPhotos) -> None:
    predicted = np.random.default_rng(2).normal(size=PHOTOS).astype(np.float32)
    found = ranks([predicted], rated, EvaluationConfig(resamples=200))["Spearman", OVERALL]
    assert found.low < 0 < found.high
    assert found.low < found.value < found.high


def test_several_seeds_give_mean_and_spread() -> None:
    drawn = [np.array([0, 1]), np.array([1, 1])]
    found = figure([lambda _: 1.0, lambda _: 3.0], 2, drawn)
    assert (found.value, found.spread) == (2, pytest.approx(np.sqrt(2)))


def test_classes_know_precision_from_recall(rated: RatedPhotos) -> None:
    split = sides(rated, CONFIG.good_share)
    careful = np.where(split.good & (np.arange(PHOTOS) % 3 == 0), 0.9, 0.1).astype(np.float32)
    found = classes([careful], rated, CONFIG)
    assert found["precision"].value == 1
    assert found["recall"].value == pytest.approx(1 / 3, abs=0.1)
    assert found["balanced accuracy"].value == pytest.approx((1 + found["recall"].value) / 2)


def test_a_photo_is_never_calibrated_with_its_own_fold(rated: RatedPhotos) -> None:
    split = sides(rated, CONFIG.good_share)
    rating = rated.score + np.random.default_rng(5).normal(0, 2, PHOTOS).astype(np.float32)
    inside = rated.fold == 2
    upside_down = type(split)(np.where(inside, split.bad, split.good), np.where(inside, split.good, split.bad))
    before, after = (cross_fitted(rating, labels, rated.fold) for labels in (split, upside_down))
    np.testing.assert_array_equal(before[inside], after[inside])  # all other folds calibrate fold 2
    assert np.abs(before[~inside] - after[~inside]).max() > 0.05


def test_an_honest_probability_has_no_calibration_error_and_a_bold_one_has(rated: RatedPhotos) -> None:
    random = np.random.default_rng(3)
    honest = random.uniform(0, 1, PHOTOS).astype(np.float32)
    good = random.uniform(0, 1, PHOTOS) < honest
    split = sides(rated, CONFIG.good_share)
    outcome = type(split)(good, ~good)
    assert calibration_error(reliability(honest, outcome)) < 0.08
    assert calibration_error(reliability((honest > 0.5).astype(np.float32), outcome)) > 0.2
    assert calibration_error((Bin(0.2, 0.5, 1), Bin(0.5, 0.5, 2))) == pytest.approx(0.1)


def test_pairs_are_grouped_by_how_far_apart_they_are_rated(rated: RatedPhotos) -> None:
    predicted = rated.score + np.random.default_rng(4).normal(0, 1, PHOTOS).astype(np.float32)
    found = pairs_by_gap(predicted, rated)
    assert sum(gap.pairs for gap in found) == 2 * 200 * 199 // 2
    shares = [gap.right for gap in found]
    assert shares == sorted(shares)
    assert shares[0] > 0.5 > 1 - shares[-1]
    assert {gap.right for gap in pairs_by_gap(np.zeros(PHOTOS, np.float32), rated)} == {0.5}


def test_a_run_is_measured_from_its_two_files(rated: RatedPhotos, tmp_path: Path) -> None:
    lines = [f"images/{number}.jpg,{seed},{rated.fold[number]},{rated.score[number] + seed}" for seed in (7, 8)
             for number in range(PHOTOS)]  # fmt: skip
    (tmp_path / "out_of_fold.csv").write_text("\n".join(["file,seed,fold,rating", *lines]))
    there = [f"some,images/{number}.jpg,7,{-rated.score[number]}" for number in range(PHOTOS)]
    (tmp_path / "across.csv").write_text("\n".join(["dataset,file,seed,rating", *there]))
    figures = measure_run(tmp_path, rated, [rated], CONFIG)
    within, across = figures.ranks.values()
    assert within["Spearman", OVERALL].value == pytest.approx(1)
    assert across["Spearman", OVERALL].value == pytest.approx(-1)
    assert figures.seeds == 2
    assert figures.to_json()["classes"]["AUC"]["value"] == 1
