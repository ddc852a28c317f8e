"""Decided pictures as arrays for training: near duplicates are one picture, picked if one of them is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from critic_core.contracts.album import Flag, PhotoFeatures, Thresholds
from critic_worker.albums.features.capture_facts import taken_seconds
from critic_worker.albums.grouping.group_levels import group
from critic_worker.albums.ranking.quality import best_of
from critic_worker.albums.ranking.taste import taste_columns
from critic_worker.albums.table import similarity_features
from critic_worker.arrays import BoolArray, Float64Array, Int64Array


@dataclass(frozen=True)
class DecidedPhoto:
    """A picked or rejected photo."""

    album: str
    features: PhotoFeatures
    flag: Flag


@dataclass(frozen=True)
class Examples:
    """M decided pictures of albums with picked and rejected ones. `columns` `[M, C]`: `taste_columns`."""

    columns: Float64Array
    picked: BoolArray  # [M]
    album: Int64Array  # [M]
    scene: Int64Array  # [M]: pictures alike are trained on or held out together

    def __len__(self) -> int:
        return len(self.picked)

    def __getitem__(self, pictures: BoolArray | Int64Array) -> "Examples":
        return Examples(self.columns[pictures], self.picked[pictures], self.album[pictures], self.scene[pictures])

    @property
    def common(self) -> Float64Array:
        """Log-odds of the common score, `[M]`."""
        return self.columns[:, 0]


def examples_of(photos: Sequence[DecidedPhoto]) -> Examples:
    """Of photos of one network, in their order."""
    features = [photo.features for photo in photos]
    pixels = [photo.fingerprint.pixels_sha256 for photo in features]
    levels = group(pixels, similarity_features(features, taken_seconds(features)), Thresholds())
    picked = np.array([photo.flag is Flag.pick for photo in photos], bool)
    chosen = _representatives(picked, best_of(features, levels.near), levels.near)
    album = np.unique([photo.album for photo in photos], return_inverse=True)[1]
    columns = taste_columns(features)[chosen]
    return _of_mixed_albums(Examples(columns, picked[chosen], album[chosen], levels.scene[chosen]))


def _representatives(picked: BoolArray, best: Int64Array, near: Int64Array) -> Int64Array:
    """A photo of each group, in the photos' order: its first pick, otherwise its best photo."""
    order = np.lexsort((np.arange(len(near)) != best, ~picked, near))
    _, first = np.unique(near[order], return_index=True)
    return np.asarray(np.sort(order[first]), np.int64)


def _of_mixed_albums(examples: Examples) -> Examples:
    """Albums with picked pictures alone, or rejected ones alone, tell two pictures not apart."""
    total = np.bincount(examples.album, minlength=1)
    picked = np.bincount(examples.album, examples.picked, minlength=1)
    mixed = (picked > 0) & (picked < total)
    return examples[mixed[examples.album]]
