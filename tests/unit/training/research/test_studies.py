"""The arithmetic of the studies, on cases with a known answer."""

from pathlib import Path

import numpy as np
from training.research.best_of_group import draw_photos
from training.research.both_networks import rows
from training.research.kind_offsets import fit_offsets
from training.research.kind_offsets import rows as rows_by_kind
from training.research.quality_weights import fit_logistic
from training.research.sequences import as_expected, find_sequences, panorama, read_photo
from training.research.taste import Photographer, result

from critic_core.contracts.album import SequenceKind
from critic_training.data.photo_sets import RatedPhotos
from critic_training.evaluation.rated_reference import RatedReference

ROCKET = Path(__file__).parents[3] / "data" / "rocket.jpg"


def test_weights_are_those_that_made_the_preferences() -> None:
    random = np.random.default_rng(0)
    terms, weights = random.normal(size=(20_000, 3)) * [1, 2, 5], np.array([1.0, 0.5, 0.1])
    preferred = random.random(20_000) < 1 / (1 + np.exp(-terms @ weights))
    fitted = fit_logistic(np.where(preferred[:, None], terms, -terms))
    np.testing.assert_allclose(fitted / fitted[0], weights, rtol=0.1)


def test_figures_are_of_photos_that_nothing_was_fitted_on() -> None:
    sets = [[Path(f"{name}/{number}.jpg") for number in range(20)] for name in ("ccby", "oasis")]
    fitted, reported = draw_photos(sets, 10)
    assert (len(fitted), len(reported)) == (20, 10)
    assert not set(fitted) & set(reported)


def test_an_imitated_panorama_is_found_whole() -> None:
    found = find_sequences(panorama(read_photo(ROCKET), np.random.default_rng(0)))
    assert as_expected(found, SequenceKind.panorama)
    assert not as_expected(found, SequenceKind.focus_stack)
    assert not as_expected(found, None)


def test_a_photographer_of_known_weights_is_learnt() -> None:
    columns = np.random.default_rng(0).normal(size=(400, 15))
    photographer = Photographer("by the last column", columns, columns[:, -1])
    common, gain, proven = result(photographer.all, decisions=120, draw=0)
    assert abs(common - 0.5) < 0.1
    assert gain > 0.3
    assert proven


def test_a_second_network_helps_where_errors_differ() -> None:
    random = np.random.default_rng(0)
    score, themes = random.normal(size=200).astype(np.float32), np.arange(200).astype(str)
    photos = RatedPhotos("flickr", (), score, np.full(200, "any"), np.arange(200), themes)
    first, second = (np.asarray(score + random.normal(size=200), np.float32) for _ in range(2))
    order, _ = rows(photos, first, second)
    alone, _, both, gain = order.split(" | ")[2:]
    assert float(both) > float(alone) + 0.05
    assert "[+" in gain


def test_offsets_take_away_the_bias_of_each_kind() -> None:
    kind = np.arange(60) % 2
    kinds = np.eye(10, dtype=np.float32)[kind]
    label = np.linspace(30, 70, 60).astype(np.float32)
    score = label + np.where(kind == 0, 9, -4).astype(np.float32)
    offsets = fit_offsets(score, kinds, label)
    order, people, animals = rows_by_kind(RatedReference("flickr", label, kind), score, kinds, offsets)
    assert order.endswith("| 1.000 |")
    assert people.startswith("| people | +9.0 [+9.0, +9.0] | ")
    assert animals.startswith("| animal | -4.0 [-4.0, -4.0] | ")
    assert all(abs(float(row.split(" | ")[2].split()[0])) < 0.05 for row in (people, animals))
