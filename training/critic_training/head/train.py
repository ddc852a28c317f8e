"""A training run: extract all features, fit a head per fold and seed, then the head that ships.

Protocol: the ratings of every fold are predicted by a head fitted to the other folds; nothing is chosen in a run, so
there is no validation fold (hyperparameters.py documents their choice). Sets of `across` are predicted by the final
heads. Output for `critic-train evaluate`, `report` and `export`: `checkpoint.pt`, `out_of_fold.csv`, `across.csv`.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.photo_cache import fingerprint
from critic_training.data.photo_sets import Floats, Inputs, Positions, photo_name
from critic_training.head.backbone import Backbone
from critic_training.head.degraded_copies import draw_copies, render_copies
from critic_training.head.fit import Head, TrainingSet, fit_head
from critic_training.head.hyperparameters import HeadHyperparameters
from critic_training.head.teacher import FeatureScaler, fit_scaler
from critic_training.runs.checkpoint import write_best
from critic_training.runs.configuration import Configuration
from critic_training.runs.embedding import SAMPLE, fit_embedding
from critic_training.runs.features import cached_features, extract_features, extract_views
from critic_training.runs.library import Library
from critic_training.runs.predictions import (
    ACROSS_FILE,
    ACROSS_HEADER,
    OUT_OF_FOLD_FILE,
    OUT_OF_FOLD_HEADER,
    format_rating,
    write_rows,
)
from critic_training.runs.progress import Progress
from critic_training.runs.views import Views


@dataclass(frozen=True)
class HeadRun:
    """`pool`: the files of `library.pool`, for degraded copies. `seeds`: the head of the first seed ships."""

    backbone: Backbone
    library: Library
    pool: tuple[Path, ...]
    preprocessing: Preprocessing
    seeds: tuple[int, ...]
    out: Path
    cache: Path
    workers: int
    config: HeadHyperparameters = field(default_factory=HeadHyperparameters)


@dataclass(frozen=True)
class RunFeatures:
    """Standardised features of all sets; `across` by name."""

    scaler: FeatureScaler
    training_set: TrainingSet
    across: dict[str, Floats]


def train_head(run: HeadRun, progress: Progress) -> None:
    """The whole run, with all its files."""
    features = extract_run_features(run, progress)
    run.out.mkdir(parents=True, exist_ok=True)
    write_rows(run.out / OUT_OF_FOLD_FILE, OUT_OF_FOLD_HEADER, _predict_out_of_fold(run, features, progress))
    heads = {seed: _fit(run, features.training_set, seed) for seed in run.seeds}
    write_rows(run.out / ACROSS_FILE, ACROSS_HEADER, _predict_across(run, features, heads))
    run.backbone.attach_head(features.scaler, heads[run.seeds[0]])
    _write_checkpoint(run)


def _write_checkpoint(run: HeadRun) -> None:
    network, seed = run.backbone.network, run.seeds[0]
    sample = np.random.default_rng(0).permutation(len(run.pool))[:SAMPLE]
    fit_embedding(network, run.library.pool, sample)
    config = Configuration(arch=network.architecture, seed=seed, embedding_size=network.embedding.out_features)
    write_best(run.out, network, config, {"head": asdict(run.config)})


def extract_run_features(run: HeadRun, progress: Progress) -> RunFeatures:
    """Features of every set, standardised over the pool."""
    library = run.library
    pool = _views(run, "the pool", run.pool, library.pool, progress)
    scaler = fit_scaler(pool.plain)
    rated = _views(run, library.rated.name, library.rated.files, library.images, progress)
    origin, copies = _copies(run, progress)
    across = {
        name: scaler(_views(run, name, photos.files, images, progress).plain)
        for name, (photos, images) in library.across.items()
    }
    training_set = TrainingSet(pool.map(scaler), scaler(copies), origin, rated.map(scaler), library.rated.score)
    return RunFeatures(scaler, training_set, across)


def _views(run: HeadRun, title: str, files: tuple[Path, ...], images: Inputs, progress: Progress) -> Views:
    def compute() -> tuple[Floats, ...]:
        with progress.task(f"features of {title}", len(images)) as advance:
            views = extract_views(run.backbone, images, advance)
        return views.plain, views.mirrored

    return Views(*cached_features(run.cache, run.backbone, fingerprint(files, run.preprocessing), compute))


def _copies(run: HeadRun, progress: Progress) -> tuple[Positions, Floats]:
    copies = draw_copies(len(run.pool), run.config.copies, run.config.seed)

    def compute() -> tuple[Floats, ...]:
        images = render_copies(copies, run.pool, run.preprocessing, run.workers)
        with progress.task("features of degraded copies", len(copies)) as advance:
            return (extract_features(run.backbone, images, len(copies), advance),)

    key = f"{fingerprint(run.pool, run.preprocessing)} {run.config.copies} worse copies {run.config.seed}"
    return np.array([copy.origin for copy in copies]), cached_features(run.cache, run.backbone, key, compute)[0]


def _predict_out_of_fold(run: HeadRun, features: RunFeatures, progress: Progress) -> Iterator[tuple[object, ...]]:
    rated, training_set = run.library.rated, features.training_set
    runs = [(seed, fold) for seed in run.seeds for fold in np.unique(rated.fold)]
    with progress.task("folds", len(runs)) as advance:
        for number, (seed, fold) in enumerate(runs):
            head = _fit(run, training_set.select_rated(rated.fold != fold), seed)
            held_out = np.flatnonzero(rated.fold == fold)
            ratings = head.rating(training_set.rated.plain[held_out])
            for position, rating in zip(held_out, ratings, strict=True):
                yield photo_name(rated.files[position]), seed, int(fold), format_rating(rating)
            advance(number + 1)


def _predict_across(run: HeadRun, features: RunFeatures, heads: dict[int, Head]) -> Iterator[tuple[object, ...]]:
    for seed, head in heads.items():
        for name, (photos, _) in run.library.across.items():
            for file, rating in zip(photos.files, head.rating(features.across[name]), strict=True):
                yield name, photo_name(file), seed, format_rating(rating)


def _fit(run: HeadRun, training_set: TrainingSet, seed: int) -> Head:
    return fit_head(training_set, run.backbone.units, replace(run.config, seed=seed))
