"""The whole stage: features, choice, ratings out of fold, final layers. Writes what evaluation and export read."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.photo_cache import cached_photos
from critic_training.data.photo_sets import Floats, Inputs, Positions, RatedPhotos, photo_name
from critic_training.data.rated_pool import RatedPool, standardise_people
from critic_training.end_to_end.photos import MARGIN, DevicePhotos
from critic_training.finetune.precision import set_memory_format
from critic_training.networks.maps import MapsNetwork
from critic_training.people.cross_validation import choose, rate_out_of_fold
from critic_training.people.curves import write_curves
from critic_training.people.features import FrozenFeatures, Rated, extract_rated
from critic_training.people.fit import RatingLayers, Watch, fit_layers
from critic_training.people.hyperparameters import CHOICES, PeopleHyperparameters
from critic_training.people.kinds import fit_kinds
from critic_training.runs.checkpoint import write_best
from critic_training.runs.configuration import Configuration
from critic_training.runs.embedding import SAMPLE, fit_embedding
from critic_training.runs.predictions import (
    ACROSS_FILE,
    ACROSS_HEADER,
    OUT_OF_FOLD_FILE,
    OUT_OF_FOLD_HEADER,
    POOL_FILE,
    POOL_HEADER,
    format_rating,
    write_rows,
)
from critic_training.runs.progress import Progress


@dataclass(frozen=True)
class PeopleRun:
    """`seeds`: the layers of the first one ship. `across`: rated sets for evaluation only."""

    network: MapsNetwork
    rated: RatedPhotos
    pool: RatedPool
    across: tuple[RatedPhotos, ...]
    seeds: tuple[int, ...]
    out: Path
    cache: Path
    choices: tuple[PeopleHyperparameters, ...] = CHOICES


def train_on_people(run: PeopleRun, progress: Progress) -> None:
    """The whole run, with all its files."""
    extract = FrozenFeatures(run.network, progress)
    people, pool = extract_people(run, extract), extract_pool(run, extract)

    def fit(photos: Rated, config: PeopleHyperparameters, seed: int) -> RatingLayers:
        return fit_layers(run.network, photos, pool, config, seed)

    def watched_fit(photos: Rated, config: PeopleHyperparameters, watch: Watch) -> RatingLayers:
        return fit_layers(run.network, photos, pool, config, run.seeds[0], watch)

    run.out.mkdir(parents=True, exist_ok=True)
    chosen = choose(people, run.rated.fold, run.choices, fit, run.seeds[0])
    write_curves(people, run.rated.fold, chosen, watched_fit, run.out / f"seed-{run.seeds[0]}")
    predicted = rate_out_of_fold(people, run.rated.fold, chosen, fit, run.seeds)
    write_rows(run.out / OUT_OF_FOLD_FILE, OUT_OF_FOLD_HEADER, _out_of_fold_rows(run, predicted, progress))
    final = {seed: fit(people, chosen.final, seed) for seed in run.seeds}
    write_rows(run.out / ACROSS_FILE, ACROSS_HEADER, _across_rows(run, extract, final))
    final[run.seeds[0]].attach(run.network)
    fit_kinds(run.network, pool.plain, pool.kind)
    write_rows(run.out / POOL_FILE, POOL_HEADER, _pool_rows(run, pool))
    _write_checkpoint(run, chosen.final)


def extract_people(run: PeopleRun, extract: FrozenFeatures) -> Rated:
    """OASIS, with augmented views."""
    people = standardise_people(run.rated)
    large = DevicePhotos(_images(run, people.files, MARGIN), extract.device)
    photos = DevicePhotos(_images(run, people.files), extract.device)
    return extract_rated(extract, run.rated.name, people, photos, large, run.choices[0])


def extract_pool(run: PeopleRun, extract: FrozenFeatures) -> Rated:
    """Every third rated photo of the pool."""
    pool = run.pool.subset(_pool_positions(run))
    return extract_rated(
        extract, "pool", pool, DevicePhotos(_images(run, pool.files), extract.device), None, run.choices[0]
    )


def _images(run: PeopleRun, files: Sequence[Path], margin: int = 0) -> Inputs:
    return cached_photos(files, Preprocessing(size=Preprocessing().size + margin), run.cache)


def _out_of_fold_rows(
    run: PeopleRun, predicted: Iterator[tuple[int, Floats]], progress: Progress
) -> Iterator[tuple[object, ...]]:
    with progress.task("seeds", len(run.seeds)) as advance:
        for number, (seed, ratings) in enumerate(predicted):
            for file, fold, rating in zip(run.rated.files, run.rated.fold, ratings, strict=True):
                yield photo_name(file), seed, int(fold), format_rating(float(rating))
            advance(number + 1)


def _across_rows(
    run: PeopleRun, extract: FrozenFeatures, final: dict[int, RatingLayers]
) -> Iterator[tuple[object, ...]]:
    for photos in run.across:
        images = DevicePhotos(_images(run, photos.files), extract.device)
        features = extract(photos.name, images, lambda value: value)
        for seed, layers in final.items():
            for file, rating in zip(photos.files, layers.rate(features), strict=True):
                yield photos.name, photo_name(file), seed, format_rating(float(rating))


def _pool_rows(run: PeopleRun, pool: Rated) -> Iterator[tuple[object, ...]]:
    """Photos that the network was trained on."""
    rating = RatingLayers(run.network, 0.0).rate(pool.plain)
    files = run.pool.subset(_pool_positions(run)).files
    for file, label, predicted in zip(files, pool.rating, rating, strict=True):
        yield photo_name(file), format_rating(float(label)), format_rating(float(predicted))


def _pool_positions(run: PeopleRun) -> Positions:
    return np.arange(0, len(run.pool.files), run.choices[0].pool_every)


def _write_checkpoint(run: PeopleRun, config: PeopleHyperparameters) -> None:
    network, seed = run.network, run.seeds[0]
    set_memory_format(network, torch.float32)
    images = _images(run, run.pool.files)
    fit_embedding(network, images, np.random.default_rng(0).permutation(len(images))[:SAMPLE])
    saved_as = Configuration(
        arch=network.architecture, seed=seed, embedding_size=network.embedding.out_features, dropout=config.dropout
    )
    write_best(run.out, network.to(torch.device("cpu")), saved_as, {"people": asdict(config)})
