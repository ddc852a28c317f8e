"""A small run on photographs of the repository writes the files of evaluation and export."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.degradations import DEGRADATIONS, STRENGTHS
from critic_training.data.photo_cache import cached_photos
from critic_training.data.photo_sets import RatedPhotos
from critic_training.evaluation.copy_retrieval import alter
from critic_training.head import train
from critic_training.head.backbone import Backbone
from critic_training.head.degraded_copies import draw_copies, render_copies
from critic_training.head.fit import Head
from critic_training.head.hyperparameters import HeadHyperparameters
from critic_training.head.teacher import FeatureScaler
from critic_training.head.train import HeadRun, train_head
from critic_training.networks.network import Network
from critic_training.networks.registry import create
from critic_training.runs.checkpoint import BEST_FILE, load_network
from critic_training.runs.library import Library
from critic_training.runs.predictions import ACROSS_FILE, OUT_OF_FOLD_FILE, read_out_of_fold
from critic_training.runs.progress import Progress

PHOTO = Path(__file__).parents[4] / "tests" / "data" / "rocket.jpg"
CONFIG = HeadHyperparameters(steps=3, copies=1, pool_batch=4, rated_batch=4, copies_batch=4)
SEEDS = (3, 4)


class RandomBackbone(Backbone):
    """Random convolutions: the features of a network, whose last layer gets the head's bias."""

    units = 8

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.network: Network = create("efficientnet-lite0", embedding_size=4).eval()

    @torch.inference_mode()
    def features(self, image: Tensor) -> Tensor:
        return self.network.extract_features(image).pooled

    def attach_head(self, scaler: FeatureScaler, head: Head) -> None:
        torch.nn.init.constant_(self.network.last_layer.bias, head.out_bias)


def write_photos(folder: Path, count: int) -> tuple[Path, ...]:
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number}.jpg").write_bytes(alter(PHOTO.read_bytes(), number))
    return tuple(folder / f"{number}.jpg" for number in range(count))


@pytest.fixture
def run(tmp_path: Path) -> HeadRun:
    pool, files = write_photos(tmp_path / "pool", 6), write_photos(tmp_path / "images", 8)
    number = np.arange(8)
    kind = np.array(["Animal", "Scenery"])[number // 4]
    rated = RatedPhotos(
        "rated", files, (number % 5).astype(np.float32), kind, number % 3, np.array([str(n) for n in number])
    )
    cache, preprocessing = tmp_path / "cache", Preprocessing()
    images = cached_photos(files, preprocessing, cache)
    library = Library(rated, images, cached_photos(pool, preprocessing, cache), {"there": (rated, images)})
    backbone = RandomBackbone()
    return HeadRun(backbone, library, pool, preprocessing, SEEDS, tmp_path / "run", cache, workers=1, config=CONFIG)


def test_a_run_predicts_every_photo_with_every_seed(run: HeadRun, monkeypatch: pytest.MonkeyPatch) -> None:
    with Progress(shown=False) as progress:
        train_head(run, progress)
    ratings = read_out_of_fold(run.out / OUT_OF_FOLD_FILE, run.library.rated)
    assert set(ratings) == set(SEEDS)
    assert all(np.isfinite(of_seed).all() for of_seed in ratings.values())
    with (run.out / ACROSS_FILE).open(encoding="utf-8") as file:
        assert sorted({row["seed"] for row in csv.DictReader(file)}) == ["3", "4"]
    network, config = load_network(run.out / BEST_FILE)
    assert (network.architecture, config.seed) == ("efficientnet-lite0", SEEDS[0])
    assert network.last_layer.bias[0] == network.last_layer.bias[1] != 0

    monkeypatch.setattr(train, "extract_views", None)  # a second run takes all features from the cache
    monkeypatch.setattr(train, "extract_features", None)
    shutil.rmtree(run.out)
    with Progress(shown=False) as progress:
        train_head(run, progress)
    again = read_out_of_fold(run.out / OUT_OF_FOLD_FILE, run.library.rated)
    np.testing.assert_array_equal(ratings[3], again[3])


def test_copies_depend_on_the_seed_and_have_different_degradations() -> None:
    copies = draw_copies(200, 3, seed=1)
    assert copies == draw_copies(200, 3, seed=1)
    assert copies != draw_copies(200, 3, seed=2)
    assert {(copy.degradation, copy.strength) for copy in copies} == {(c, s) for c in DEGRADATIONS for s in STRENGTHS}
    assert all(len({copy.degradation for copy in copies[n : n + 3]}) == 3 for n in range(0, 600, 3))


def test_copies_are_rendered_in_order_and_differ_from_their_photo(run: HeadRun) -> None:
    copies = draw_copies(6, 2, seed=1)
    rendered = np.concatenate(list(render_copies(copies, run.pool, run.preprocessing, workers=1)))
    photos = run.library.pool[[copy.origin for copy in copies]]
    assert rendered.shape == photos.shape
    assert (np.abs(rendered.astype(int) - photos).mean((1, 2, 3)) > 0.5).all()
