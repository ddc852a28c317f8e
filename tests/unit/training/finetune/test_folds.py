"""The protocol on a dozen rated photographs: each is answered about once, by a network that knew nothing of it."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.photo_cache import prepared
from critic_training.data.photo_sets import Rated, read_rated
from critic_training.finetune.folds import next_fold, run_final, run_folds
from critic_training.finetune.plan import Library, Plan
from critic_training.runs.checkpoint import BEST_FILE, load_network
from critic_training.runs.configuration import Configuration, Precision
from critic_training.runs.predictions import ACROSS_FILE, OUT_OF_FOLD_FILE
from critic_training.runs.progress import Progress

ROOT = Path(__file__).parents[4]
pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def rated() -> Rated:
    data = Path(os.environ.get("CRITIC_DATA") or ROOT.parent / "shared" / "data") / "oasis"
    if not data.exists():
        pytest.skip(f"no rated photographs at {data} (CRITIC_DATA)")
    read, some = read_rated(data), np.arange(0, 600, 50)
    files = tuple(read.files[number] for number in some)
    return Rated("oasis", files, read.score[some], read.category[some], np.arange(12) % 3, read.group[some])


@pytest.fixture(scope="module")
def images(rated: Rated, tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    return prepared(rated.files, Preprocessing(), tmp_path_factory.mktemp("cache"))


def plan(rated: Rated, images: np.ndarray, out: Path) -> Plan:
    knobs = Configuration(
        arch="efficientnet-lite0", iterations=1, batch=4, precision=Precision.float32, good_share=0.5, refit=True,
        within_category=False,
    )  # fmt: skip
    return Plan(knobs, Library(rated, images, images[:0], {"again": (rated, images)}), None, out)


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.fixture(scope="module")
def run(rated: Rated, images: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    run_folds(plan(rated, images, out), Progress(shown=False))
    run_final(plan(rated, images, out), Progress(shown=False))
    return out


def test_every_photo_is_answered_about_once(run: Path, rated: Rated) -> None:
    told = rows(run / OUT_OF_FOLD_FILE)
    assert sorted(row["file"] for row in told) == sorted(f"images/{file.name}" for file in rated.files)
    assert {(row["seed"], row["fold"]) for row in told} == {("7", "0"), ("7", "1"), ("7", "2")}
    assert len({row["rating"] for row in told}) == 12


def test_a_photos_own_rating_does_not_change_what_is_said_of_it(
    run: Path, rated: Rated, images: np.ndarray, tmp_path: Path
) -> None:
    turned = np.where(rated.fold == 0, 8 - rated.score, rated.score).astype(np.float32)
    other = Rated("oasis", rated.files, turned, rated.category, rated.fold, rated.group)
    run_folds(plan(other, images, tmp_path), Progress(shown=False))
    one, two = ([row["rating"] for row in rows(folder / OUT_OF_FOLD_FILE)] for folder in (run, tmp_path))
    assert one[:4] == two[:4]
    assert one[4:] != two[4:]


def test_folds_that_are_done_are_not_done_again(run: Path, rated: Rated, images: np.ndarray) -> None:
    before = {file: file.stat().st_mtime_ns for file in run.glob("seed-*/**/*")}
    run_folds(plan(rated, images, run), Progress(shown=False))
    assert {file: file.stat().st_mtime_ns for file in run.glob("seed-*/**/*")} == before


def test_the_final_network_answers_about_other_sets_with_a_fitted_embedding(run: Path, images: np.ndarray) -> None:
    network, knobs = load_network(run / BEST_FILE)
    assert knobs.arch == "efficientnet-lite0"
    with torch.inference_mode():
        answer = network(torch.from_numpy(images[:4].copy()))
    told = [float(row["rating"]) for row in rows(run / ACROSS_FILE)]
    torch.testing.assert_close(answer.logits[:, 1] - answer.logits[:, 0], torch.tensor(told[:4]), atol=1e-4, rtol=1e-4)
    between = answer.embedding @ answer.embedding.T
    assert between.diagonal().min() > 0.999
    assert (between - torch.eye(4)).max() < 0.9


def test_validation_is_never_the_test_fold() -> None:
    folds = np.array([0, 1, 3])
    assert [next_fold(folds, fold) for fold in (0, 1, 3)] == [1, 3, 0]
    with pytest.raises(ValueError, match="three folds"):
        next_fold(np.array([0, 1]), 0)
