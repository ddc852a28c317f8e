"""An owner's taste, applied to photos: log-odds by score, properties and embedding."""

import base64
from collections.abc import Sequence

import numpy as np

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import PropertyName
from critic_core.contracts.taste import TasteModel
from critic_core.imaging.properties.registry import MEASURES
from critic_worker.albums.features.embeddings import embeddings_of
from critic_worker.albums.ranking.quality import common_log_odds
from critic_worker.arrays import BoolArray, Float64Array

MOST_TASTE = 3.0
"""Log-odds; largest effect of a taste: photos unlike all decided ones prove nothing."""
_FURTHEST = 1.0  # usual ranges, from the usual range


def taste_log_odds(features: Sequence[PhotoFeatures], model: TasteModel) -> Float64Array:
    """`[N]`, with a mean of 0 over photos of the model's network; 0 for photos of other networks."""
    known = same_network(features, model.network)
    log_odds = np.zeros(len(features))
    if known.any():
        photos = [photo for photo, is_known in zip(features, known, strict=True) if is_known]
        log_odds[known] = clip_log_odds(taste_columns(photos) @ _weights(model))
    return log_odds


def same_network(features: Sequence[PhotoFeatures], network: str) -> BoolArray:
    """Which photos have embeddings of that network, `[N]`."""
    return np.array([photo.network == network for photo in features], bool)


def clip_log_odds(log_odds: Float64Array) -> Float64Array:
    """Around their mean, and at most MOST_TASTE."""
    return np.asarray(np.clip(log_odds - log_odds.mean(), -MOST_TASTE, MOST_TASTE))


def taste_columns(features: Sequence[PhotoFeatures]) -> Float64Array:
    """`[N, 1 + P + D]`: log-odds of the common score, positions of the properties in their usual ranges, embedding."""
    positions = [_positions(features, name) for name in MEASURES]
    return np.column_stack([common_log_odds(features), *positions, embeddings_of(features)]).astype(np.float64)


def taste_model(weights: Float64Array, network: str) -> TasteModel:
    """Weights of `taste_columns`, `[1 + P + D]`, as a model."""
    first, properties = 1 + len(MEASURES), weights[1 : 1 + len(MEASURES)]
    return TasteModel(
        network=network,
        score=float(weights[0]),
        properties={name: float(weight) for name, weight in zip(MEASURES, properties, strict=True)},
        embedding=base64.b64encode(weights[first:].astype("<f4").tobytes()).decode(),
    )


def _weights(model: TasteModel) -> Float64Array:
    """Properties that the model does not know weigh nothing."""
    properties = [model.properties.get(name, 0.0) for name in MEASURES]
    embedding = np.frombuffer(base64.b64decode(model.embedding), "<f4")
    return np.array([model.score, *properties, *embedding], np.float64)


def _positions(features: Sequence[PhotoFeatures], name: PropertyName) -> Float64Array:
    """`[N]`: 0 at the low end of the usual range, 1 at the high end; the middle for critiques without the property."""
    measure = MEASURES[name]
    middle = (measure.low + measure.high) / 2
    values = np.array([photo.properties.get(name, middle) for photo in features], np.float64)
    return np.asarray(np.clip((values - measure.low) / (measure.high - measure.low), -_FURTHEST, 1 + _FURTHEST))
