"""Cross-validation on a dozen rated photographs: each is predicted once, by a network that never used it."""

import csv
import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.support.data_sets import need_data

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.photo_cache import cached_photos
from critic_training.data.photo_sets import RatedPhotos, read_rated
from critic_training.finetune.folds import next_fold, run_final, run_folds
from critic_training.finetune.plan import Plan
from critic_training.runs.checkpoint import BEST_FILE, load_network
from critic_training.runs.configuration import Configuration, Precision
from critic_training.runs.library import Library
from critic_training.runs.predictions import ACROSS_FILE, OUT_OF_FOLD_FILE
from critic_training.runs.progress import Progress

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def rated() -> RatedPhotos:
    return dataclasses.replace(read_rated(need_data() / "oasis").subset(np.arange(0, 600, 50)), fold=np.arange(12) % 3)


@pytest.fixture(scope="module")
def images(rated: RatedPhotos, tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    return cached_photos(rated.files, Preprocessing(), tmp_path_factory.mktemp("cache"))


def plan(rated: RatedPhotos, images: np.ndarray, out: Path) -> Plan:
    config = Configuration(
        arch="efficientnet-lite0", iterations=1, batch_size=4, precision=Precision.float32, good_share=0.5, refit=True,
        within_category=False,
    )  # fmt: skip
    return Plan(config, Library(rated, images, images[:0], {"again": (rated, images)}), None, out)


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.fixture(scope="module")
def run(rated: RatedPhotos, images: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    run_folds(plan(rated, images, out), Progress(shown=False))
    run_final(plan(rated, images, out), Progress(shown=False))
    return out


def test_every_photo_is_predicted_once(run: Path, rated: RatedPhotos) -> None:
    predictions = rows(run / OUT_OF_FOLD_FILE)
    assert sorted(row["file"] for row in predictions) == sorted(f"images/{file.name}" for file in rated.files)
    assert {(row["seed"], row["fold"]) for row in predictions} == {("7", "0"), ("7", "1"), ("7", "2")}
    assert len({row["rating"] for row in predictions}) == 12


def test_the_rating_of_a_photo_does_not_change_its_prediction(
    run: Path, rated: RatedPhotos, images: np.ndarray, tmp_path: Path
) -> None:
    inverted = np.where(rated.fold == 0, 8 - rated.score, rated.score).astype(np.float32)
    changed = dataclasses.replace(rated, score=inverted)
    run_folds(plan(changed, images, tmp_path), Progress(shown=False))
    first, second = ([row["rating"] for row in rows(folder / OUT_OF_FOLD_FILE)] for folder in (run, tmp_path))
    assert first[:4] == second[:4]
    assert first[4:] != second[4:]


def test_completed_folds_are_not_trained_again(run: Path, rated: RatedPhotos, images: np.ndarray) -> None:
    before = {file: file.stat().st_mtime_ns for file in run.glob("seed-*/**/*")}
    run_folds(plan(rated, images, run), Progress(shown=False))
    assert {file: file.stat().st_mtime_ns for file in run.glob("seed-*/**/*")} == before


def test_the_final_network_predicts_evaluation_sets_and_has_a_fitted_embedding(run: Path, images: np.ndarray) -> None:
    network, config = load_network(run / BEST_FILE)
    assert config.arch == "efficientnet-lite0"
    with torch.inference_mode():
        output = network(torch.from_numpy(images[:4].copy()))
    ratings = [float(row["rating"]) for row in rows(run / ACROSS_FILE)]
    torch.testing.assert_close(
        output.logits[:, 1] - output.logits[:, 0], torch.tensor(ratings[:4]), atol=1e-4, rtol=1e-4
    )
    between = output.embedding @ output.embedding.T
    assert between.diagonal().min() > 0.999
    assert (between - torch.eye(4)).max() < 0.9


def test_validation_is_never_the_test_fold() -> None:
    folds = np.array([0, 1, 3])
    assert [next_fold(folds, fold) for fold in (0, 1, 3)] == [1, 3, 0]
    with pytest.raises(ValueError, match="three folds"):
        next_fold(np.array([0, 1]), 0)
