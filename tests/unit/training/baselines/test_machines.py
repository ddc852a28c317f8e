"""Machines learn, are deterministic, and never see what they are asked about; the tables count by hand."""

from pathlib import Path

import numpy as np
import pytest

from critic_training.baselines.classifiers import MACHINES, Known, forest, paper_svm, searched_svm
from critic_training.baselines.comparison import Entrant, lead, row, table_one, table_two, to_json
from critic_training.baselines.cross_validation import by_category, classifier, out_of_fold, regressor
from critic_training.data.photo_sets import Floats, Rated
from critic_training.evaluation.config import EvaluationConfig

KNOBS = EvaluationConfig(resamples=60)


@pytest.fixture
def rated() -> Rated:
    score = np.tile(np.arange(10, dtype=np.float32), 12)
    group = np.array([f"theme {n // 5}" for n in range(120)])
    files = tuple(Path(f"{number}.jpg") for number in range(120))
    return Rated("rated", files, score, np.repeat(["Animal", "Scenery"], 60), np.arange(120) // 5 % 4, group)


@pytest.fixture
def features(rated: Rated, random: np.random.Generator) -> Floats:
    noise = random.standard_normal((120, 6)).astype(np.float32)
    noise[:, 0] += rated.score
    return noise


@pytest.mark.parametrize("name", MACHINES)
def test_each_machine_tells_good_from_bad_out_of_fold(name: str, rated: Rated, features: Floats) -> None:
    scale = 300 if "paper" in name else 1  # γ = 1e-6 sees only large differences
    told = out_of_fold(rated, features * scale, classifier(rated, features * scale, MACHINES[name], 0.3, seed=1))
    found = row(Entrant(name, [told], []), rated, None, KNOBS).figures["accuracy"]
    assert found.value > 0.9
    assert found.low <= found.value <= found.high


def test_a_regressor_of_ratings_answers_in_rating_points(rated: Rated, features: Floats) -> None:
    told = out_of_fold(rated, features, regressor(rated, features))
    assert np.abs(told - rated.score).mean() < 1.5


def test_a_regressor_a_category_learns_from_its_category_alone(rated: Rated, features: Floats) -> None:
    turned = np.where(rated.category[:, None] == "Animal", features, -features)
    told = by_category(rated, turned)
    assert np.abs(told - rated.score).mean() < 1.8
    together = out_of_fold(rated, turned, regressor(rated, turned))
    assert np.abs(together - rated.score).mean() > 2


def test_no_fold_is_answered_about_by_what_learnt_from_it(rated: Rated, features: Floats) -> None:
    learnt: list[np.ndarray] = []

    def fit(numbers: np.ndarray) -> object:
        learnt.append(numbers)
        return lambda asked: np.full(len(asked), len(learnt), np.float32)

    told = out_of_fold(rated, features, fit)
    for number, fold in enumerate(np.unique(rated.fold)):
        assert set(told[rated.fold == fold]) == {number + 1}
        assert not set(rated.group[learnt[number]]) & set(rated.group[rated.fold == fold])


def test_only_the_outer_shares_of_the_learning_photos_are_learnt(rated: Rated) -> None:
    seen: list[Known] = []

    def learn(known: Known, _seed: int) -> object:
        seen.append(known)
        return None

    numbers = np.flatnonzero(rated.fold != 0)
    classifier(rated, rated.score[:, None], learn, 0.3, seed=1)(numbers)
    score, good = seen[0].features[:, 0], seen[0].good
    low, high = np.quantile(rated.score[numbers], [0.3, 0.7])
    assert score[good].min() == high
    assert score[~good].max() == low
    assert len(good) < 0.8 * len(numbers)
    assert not set(seen[0].group) & set(rated.group[rated.fold == 0])


def test_forests_differ_by_seed_only(rated: Rated, features: Floats) -> None:
    known = Known(features, rated.score > 5, rated.group)
    one, same, other = (forest(known, seed)(features) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_svms_say_more_than_half_for_what_they_call_good(rated: Rated, features: Floats) -> None:
    known = Known(features, rated.score > 5, rated.group)
    for machine in (paper_svm, searched_svm):
        told = machine(known, 0)(features)
        assert ((told > 0) & (told < 1)).all()
    assert ((searched_svm(known, 0)(features) > 0.5) == known.good).mean() > 0.9


def test_precision_recall_f1_and_accuracy_by_hand(rated: Rated) -> None:
    good, bad = rated.score >= 7, rated.score <= 2
    told = np.where(rated.score >= 8, 0.9, 0.1).astype(np.float32)  # a third of the good are missed
    told[np.flatnonzero(bad)[:12]] = 0.9  # and twelve of 36 bad ones called good
    found = row(Entrant("by hand", [told], []), rated, None, KNOBS).figures
    assert good.sum() == bad.sum() == 36
    assert found["precision"].value == pytest.approx(24 / 36)
    assert found["recall"].value == pytest.approx(24 / 36)
    assert found["F1"].value == pytest.approx(24 / 36)
    assert found["accuracy"].value == pytest.approx(48 / 72)


def test_the_lead_is_in_points_of_accuracy_and_its_interval_holds_it(rated: Rated) -> None:
    right = np.where(rated.score > 5, 0.9, 0.1).astype(np.float32)
    half = np.where(rated.category == "Animal", right, 1 - right)
    one, other = Entrant("right", [right, right], []), Entrant("half", [half], [])
    found = lead(one, other, rated, KNOBS)
    assert found.points.value == pytest.approx(50)
    assert found.points.low <= 50 <= found.points.high
    rows = [row(one, rated, rated, KNOBS), row(Entrant("half", [half], [half]), rated, rated, KNOBS)]
    assert table_one(rows).row_count == 2
    assert table_two([found]).row_count == 1
    told = to_json(rows, [found])
    assert told["table2"][0]["points"]["value"] == pytest.approx(50)
    assert told["table1"][1]["across"]["value"] == pytest.approx(0.5)
