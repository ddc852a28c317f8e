"""A small run on photographs of the repository writes what evaluation and export read."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.degradations import DEGRADATIONS, STRENGTHS
from critic_training.data.photo_cache import prepared
from critic_training.data.photo_sets import Rated
from critic_training.evaluation.copy_retrieval import alter
from critic_training.finetune.plan import Library
from critic_training.head.degraded_copies import draw_copies, made
from critic_training.head.efficientnet_backbone import EfficientNetFront
from critic_training.head.hyperparameters import HeadKnobs
from critic_training.head.train import Run, run
from critic_training.runs import features
from critic_training.runs.checkpoint import BEST_FILE, load_network
from critic_training.runs.predictions import ACROSS_FILE, OUT_OF_FOLD_FILE, read_out_of_fold
from critic_training.runs.progress import Progress

PHOTO = Path(__file__).parents[4] / "tests" / "data" / "rocket.jpg"
KNOBS = HeadKnobs(steps=3, copies=1, pool_batch=4, rated_batch=4, copies_batch=4)
SEEDS = (3, 4)


def some(folder: Path, count: int) -> tuple[Path, ...]:
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number}.jpg").write_bytes(alter(PHOTO.read_bytes(), number))
    return tuple(folder / f"{number}.jpg" for number in range(count))


@pytest.fixture
def asked(tmp_path: Path) -> Run:
    pool, files = some(tmp_path / "pool", 6), some(tmp_path / "images", 8)
    number = np.arange(8)
    kind = np.array(["one", "other"])[number // 4]
    rated = Rated("rated", files, (number % 5).astype(np.float32), kind, number % 3, np.array([str(n) for n in number]))
    cache, preprocessing = tmp_path / "cache", Preprocessing()
    images = prepared(files, preprocessing, cache)
    library = Library(rated, images, prepared(pool, preprocessing, cache), {"there": (rated, images)})
    front = EfficientNetFront(embedding_size=4)
    return Run(front, library, pool, preprocessing, SEEDS, tmp_path / "run", cache, workers=1, knobs=KNOBS)


def test_a_run_answers_about_every_photo_with_every_seed(asked: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with Progress(shown=False) as progress:
        run(asked, progress)
    told = read_out_of_fold(asked.out / OUT_OF_FOLD_FILE, asked.library.rated)
    assert set(told) == set(SEEDS)
    assert all(np.isfinite(one).all() for one in told.values())
    with (asked.out / ACROSS_FILE).open(encoding="utf-8") as file:
        assert sorted({row["seed"] for row in csv.DictReader(file)}) == ["3", "4"]
    network, knobs = load_network(asked.out / BEST_FILE)
    assert (network.architecture, knobs.seed) == ("efficientnet-lite0-maps", SEEDS[0])

    monkeypatch.setattr(features, "features", None)  # a second run looks at nothing again
    shutil.rmtree(asked.out)
    with Progress(shown=False) as progress:
        run(asked, progress)
    again = read_out_of_fold(asked.out / OUT_OF_FOLD_FILE, asked.library.rated)
    np.testing.assert_array_equal(told[3], again[3])


def test_copies_are_the_same_for_the_same_seed_and_never_twice_of_a_kind(asked: Run) -> None:
    copies = draw_copies(200, 3, seed=1)
    assert copies == draw_copies(200, 3, seed=1)
    assert copies != draw_copies(200, 3, seed=2)
    assert {(copy.change, copy.strength) for copy in copies} == {(c, s) for c in DEGRADATIONS for s in STRENGTHS}
    assert all(len({copy.change for copy in copies[n : n + 3]}) == 3 for n in range(0, 600, 3))


def test_copies_are_made_in_order_and_differ_from_their_photo(asked: Run) -> None:
    copies = draw_copies(6, 2, seed=1)
    told = np.concatenate(list(made(copies, asked.pool, asked.preprocessing, workers=1)))
    photos = asked.library.pool[[copy.origin for copy in copies]]
    assert told.shape == photos.shape
    assert (np.abs(told.astype(int) - photos).mean((1, 2, 3)) > 0.5).all()
