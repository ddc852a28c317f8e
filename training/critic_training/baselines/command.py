"""`critic-train baselines`: the paper's tables I and II.

    critic-train baselines --rated $CRITIC_DATA/oasis --across $CRITIC_DATA/vessel --pool $CRITIC_DATA/pool/index.csv \
        --weights $CRITIC_WEIGHTS --run runs/aesthetics --out runs/baselines

fc6 is that of `critic-train head`: a pooling of the frozen convolutions, fitted without ratings.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from critic_core.contracts.manifest import Preprocessing
from critic_training.baselines.alexnet_features import AlexNetFeatures, extract_features
from critic_training.baselines.classifiers import CLASSIFIERS, STOCHASTIC
from critic_training.baselines.comparison import ModelPredictions, lead, row, table_one, table_two, to_json
from critic_training.baselines.cross_validation import (
    fit_classifier,
    fit_regressor,
    predict_by_category,
    predict_out_of_fold,
)
from critic_training.data.photo_cache import cached_photos
from critic_training.data.photo_sets import RatedPhotos, read_rated, read_unrated
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.reliability import cross_fitted
from critic_training.evaluation.statistics import sides
from critic_training.networks.network import EMBEDDING_SIZE
from critic_training.runs.frozen_alexnet import SAMPLE, FrozenAlexNet
from critic_training.runs.options import AlexNetWeights, Pool, RatedFolder
from critic_training.runs.predictions import ACROSS_FILE, OUT_OF_FOLD_FILE, read_across, read_out_of_fold

SEEDS = (7, 8, 9, 10, 11)
TABLES_FILE = "tables.json"

app = typer.Typer()


@app.command()
def baselines(  # noqa: PLR0913, PLR0917 - options of the command
    rated: RatedFolder,
    pool: Pool,
    out: Annotated[Path, typer.Option(help="Folder for tables.json.")],
    across: Annotated[Path | None, typer.Option(help="A rated folder for evaluation only.")] = None,
    run: Annotated[list[Path] | None, typer.Option(help="Runs of networks to compare; repeatable.")] = None,
    weights: AlexNetWeights = None,
    cache: Annotated[Path, typer.Option(help="Cache of preprocessed photos.")] = Path(".cache/photos"),
) -> None:
    """Compare classifiers on frozen features with networks: precision, recall, F1, accuracy."""
    config, console = EvaluationConfig(), Console()
    training, evaluation = read_rated(rated), read_rated(across) if across else None
    alexnet = _fit_alexnet(weights, read_unrated(pool), cache)
    features = _features(alexnet, training, cache)
    unseen = _features(alexnet, evaluation, cache) if evaluation else None
    classifiers = list(_predict(training, features, unseen, config))
    networks = [_network(folder, training, evaluation, config) for folder in run or ()]
    rows = [row(model, training, evaluation, config) for model in (*classifiers, *networks)]
    leads = [lead(network, classifier, training, config) for network in networks for classifier in classifiers]
    console.print(table_one(rows), table_two(leads))
    out.mkdir(parents=True, exist_ok=True)
    (out / TABLES_FILE).write_text(json.dumps(to_json(rows, leads), indent=1) + "\n", encoding="utf-8")


def _fit_alexnet(weights: Path | None, pool: tuple[Path, ...], cache: Path) -> FrozenAlexNet:
    sample = cached_photos(pool[:: max(1, len(pool) // SAMPLE)], Preprocessing(), cache)
    return FrozenAlexNet(weights, sample, EMBEDDING_SIZE)


def _features(alexnet: FrozenAlexNet, photos: RatedPhotos, cache: Path) -> AlexNetFeatures:
    return extract_features(alexnet, cached_photos(photos.files, Preprocessing(), cache))


def _predict(
    rated: RatedPhotos, features: AlexNetFeatures, unseen: AlexNetFeatures | None, config: EvaluationConfig
) -> Iterator[ModelPredictions]:
    everything = np.arange(len(rated.score))
    for name, learn in CLASSIFIERS.items():
        seeds = SEEDS if name in STOCHASTIC else SEEDS[:1]
        fits = [fit_classifier(rated, features.fc6, learn, config.good_share, seed) for seed in seeds]
        probability = [predict_out_of_fold(rated, features.fc6, fit) for fit in fits]
        across = [fit(everything)(unseen.fc6) for fit in fits] if unseen else []
        yield ModelPredictions(f"{name}, on fc6", probability, across)
    split = sides(rated, config.good_share)
    fit = fit_regressor(rated, features.pool5)
    ratings = predict_out_of_fold(rated, features.pool5, fit)
    across = [fit(everything)(unseen.pool5)] if unseen else []
    yield ModelPredictions("SVR, on pooled pool5", [cross_fitted(ratings, split, rated.fold)], across)
    by_category = cross_fitted(predict_by_category(rated, features.pool5), split, rated.fold)
    yield ModelPredictions("SVR, one a category, on pooled pool5", [by_category], [])


def _network(
    run: Path, rated: RatedPhotos, evaluation: RatedPhotos | None, config: EvaluationConfig
) -> ModelPredictions:
    split = sides(rated, config.good_share)
    ratings = read_out_of_fold(run / OUT_OF_FOLD_FILE, rated)
    probability = [cross_fitted(of_seed, split, rated.fold) for of_seed in ratings.values()]
    across = read_across(run / ACROSS_FILE, evaluation) if evaluation else {}
    return ModelPredictions(f"network {run.name}", probability, list(across.values()))
