"""Bias by kind: of rated reference photos, and of training photos, where a correction would have to be fitted."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from critic_core.contracts.critique import PhotoKind
from critic_core.contracts.manifest import Manifest
from critic_training.data.photo_sets import Floats, RatedPhotos
from critic_training.data.rated_pool import common_scale, rater_scales, read_kinds, standardise_people
from critic_training.evaluation.calibration import Platt
from critic_training.evaluation.interval import Figure
from critic_training.evaluation.rated_reference import bias_by_kind
from critic_training.evaluation.served_scores import served_scores
from critic_training.runs.predictions import OUT_OF_FOLD_FILE, POOL_FILE, read_out_of_fold, read_pool_ratings

POOL = "pool"


def training_bias(run: Path, ratings: Path, rated: RatedPhotos, manifest: Manifest) -> Mapping[PhotoKind, Figure]:
    """Score less rating, in points: people's photos out of fold, the pool's as trained on."""
    people, pool = standardise_people(rated), read_pool_ratings(run / POOL_FILE)
    of_people = next(iter(read_out_of_fold(run / OUT_OF_FOLD_FILE, rated).values()))
    kinds = read_kinds(ratings / "kinds.csv")
    kind = np.concatenate([people.kind, [kinds[f"{POOL}/{file}"] for file in pool.file]])
    points = common_scale(rater_scales(ratings, rated))
    label = np.array([points(float(value)) for value in (*people.rating, *pool.label)], np.float32)
    return bias_by_kind(_scores(np.concatenate([of_people, pool.rating]), manifest) - label, kind)


def _scores(rating: Floats, manifest: Manifest) -> Floats:
    return served_scores(Platt(**manifest.calibration.parameters).probability(rating), manifest.scale)
