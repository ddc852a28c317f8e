"""Similarity of two photos, as near duplicates and as photos of one scene, in units of the threshold.

The thresholds' defaults are measured on 200 photos of Flickr (CC BY 2.0) that no model was trained on. A perceptual
hash survives blur, compression and light (at most 6 bits of 64 for 99 % of copies; different photos: 22 for 99 %), the
embedding survives another frame of the same subject (a shift of 6 %, a zoom of 12 %, a tilt: a cosine of 0.85 for
99 %; different photos: 0.54 for 99 %).

The hash is grey, and says little of pictures with little in them: photos of one hash in different colours
(`colour_differences.py`), or that one camera took at different times, are no copies.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
import numpy.typing as npt

from critic_core.contracts.album import Thresholds
from critic_core.contracts.errors import TooManyPairs
from critic_worker.albums.grouping.colour_differences import around_median, differ_in_colour
from critic_worker.albums.grouping.complete_linkage import Pairs
from critic_worker.albums.grouping.similar_hashes import similar_hashes
from critic_worker.arrays import BoolArray, Float32Array, Float64Array, Int64Array

BLOCK = 128  # photos compared with all photos near in time at once: ten thousand at most, 5 MB of cosines
_COSINES_AT_ONCE = 16_384

MAX_PAIRS = 20_000_000
"""A tenth of all pairs of 20,000 photos: 29 bytes each as a candidate, so 580 MB at most."""


@dataclass(frozen=True)
class SimilarityFeatures:
    """Features of N photos: `hashes` `[N]` (pHash), `embeddings` `[N, D]` of length 1, `taken` `[N]` in seconds.

    `taken` is NaN for a file without a time, `by_camera` `[N]` true for the time of a camera's exposure, `colours`
    `[N, 64, 2]` NaN for critiques without colours, `camera` `[N]` numbers cameras, negative where unknown;
    `thumbnails` are `[N, 32, 32]`.
    """

    hashes: npt.NDArray[np.uint64]
    embeddings: Float32Array
    taken: Float64Array
    by_camera: BoolArray
    colours: Float32Array
    camera: Int64Array
    thumbnails: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.hashes)

    def __getitem__(self, photos: Int64Array) -> "SimilarityFeatures":
        return SimilarityFeatures(
            hashes=self.hashes[photos],
            embeddings=self.embeddings[photos],
            taken=self.taken[photos],
            by_camera=self.by_camera[photos],
            colours=self.colours[photos],
            camera=self.camera[photos],
            thumbnails=self.thumbnails[photos],
        )

    def gap(self, first: Int64Array, second: Int64Array) -> Float64Array:
        """Seconds between the photos of K pairs, `[K]`; 0 where a time is unknown."""
        gap = np.abs(self.taken[first] - self.taken[second])
        gap[np.isnan(gap)] = 0
        return gap

    def cosine(self, first: Int64Array, second: Int64Array) -> Float32Array:
        """Cosines of the embeddings of K pairs, `[K]`."""
        return np.asarray(np.einsum("ij,ij->i", self.embeddings[first], self.embeddings[second]), np.float32)


def similar_pairs(features: SimilarityFeatures, thresholds: Thresholds) -> tuple[Pairs, Pairs]:
    """Pairs of near duplicates, and pairs of one scene. Raises TooManyPairs above MAX_PAIRS of candidates."""
    candidate_count = 0
    near, scene = [], []
    features = replace(features, colours=around_median(features.colours))
    for candidates in _all_candidates(features, thresholds):
        candidate_count += len(candidates.first)
        if candidate_count > MAX_PAIRS:
            raise TooManyPairs
        near.append(_near(features, candidates, thresholds))
        scene.append(_scene(candidates, thresholds))
    return _concatenate(near), _concatenate(scene)


@dataclass(frozen=True)
class _Candidates:
    """Pairs within the widest threshold."""

    first: Int64Array
    second: Int64Array
    bits: npt.NDArray[np.uint8]
    cosine: Float32Array
    gap: Float64Array


def _all_candidates(features: SimilarityFeatures, thresholds: Thresholds) -> Iterator[_Candidates]:
    """Photos alike and near in time, and photos of nearly one hash at any time; each pair once."""
    order = np.argsort(features.taken, kind="stable")  # NaN comes last
    in_time = replace(  # the columns compared here
        features, hashes=features.hashes[order], embeddings=features.embeddings[order], taken=features.taken[order]
    )
    for rows, columns in _blocks_near_in_time(in_time.taken, _longest_gap(thresholds)):
        yield _soon_alike(in_time, order, rows, columns, thresholds)
    for first, second in similar_hashes(features.hashes, thresholds.copy_bits):
        later = features.gap(first, second) > _longest_gap(thresholds)
        yield _at_any_time(features, first[later], second[later])


def _blocks_near_in_time(taken: Float64Array, seconds: float) -> Iterator[tuple[slice, slice]]:
    """Rows and columns that cover each pair of photos near in time; without a time, a photo is near all others."""
    known = int(np.count_nonzero(~np.isnan(taken)))
    for start in range(0, len(taken), BLOCK):
        stop = min(start + BLOCK, len(taken))
        if stop > known:
            yield slice(start, stop), slice(start, len(taken))
            continue
        reach = int(np.searchsorted(taken[:known], taken[stop - 1] + seconds, side="right"))
        yield slice(start, stop), slice(start, reach)
        if known < len(taken):
            yield slice(start, stop), slice(known, len(taken))


def _soon_alike(
    photos: SimilarityFeatures, order: Int64Array, rows: slice, columns: slice, thresholds: Thresholds
) -> _Candidates:
    cosine = photos.embeddings[rows] @ photos.embeddings[columns].T
    bits = np.bitwise_count(photos.hashes[rows, None] ^ photos.hashes[None, columns])
    alike = cosine >= min(thresholds.near_cosine, thresholds.scene_cosine)
    alike |= bits <= thresholds.copy_bits
    if columns.start == rows.start:
        alike = np.triu(alike, 1)  # later columns are later photos
    row, column = np.divmod(np.flatnonzero(alike), alike.shape[1])
    gap = photos.gap(row + rows.start, column + columns.start)
    soon = gap <= _longest_gap(thresholds)
    row, column = row[soon], column[soon]
    first, second = order[row + rows.start], order[column + columns.start]
    pair = np.minimum(first, second), np.maximum(first, second)
    return _Candidates(*pair, bits[row, column], cosine[row, column], gap[soon])


def _at_any_time(photos: SimilarityFeatures, first: Int64Array, second: Int64Array) -> _Candidates:
    blocks = [slice(start, start + _COSINES_AT_ONCE) for start in range(0, len(first), _COSINES_AT_ONCE)]
    cosines = [photos.cosine(first[block], second[block]) for block in blocks]
    bits = np.bitwise_count(photos.hashes[first] ^ photos.hashes[second])
    cosine = np.concatenate([np.zeros(0, np.float32), *cosines])
    return _Candidates(first, second, bits, cosine, photos.gap(first, second))


def _longest_gap(thresholds: Thresholds) -> float:
    return max(thresholds.near_seconds, thresholds.scene_seconds)


def _near(features: SimilarityFeatures, pairs: _Candidates, thresholds: Thresholds) -> Pairs:
    """A copy by its hash alone, or another frame by hash, embedding and time together."""
    exposures = features.by_camera[pairs.first] & features.by_camera[pairs.second]
    copy = pairs.bits / max(thresholds.copy_bits, 1)
    copy[exposures & (pairs.gap > thresholds.near_seconds)] = np.inf
    frame = _furthest(
        pairs.bits / max(thresholds.near_bits, 1),
        _cosine_distance(pairs.cosine, thresholds.near_cosine),
        pairs.gap / thresholds.near_seconds,
    )
    distance = np.minimum(copy, frame)
    doubtful = np.flatnonzero((pairs.bits <= thresholds.copy_bits) & ~(exposures & (pairs.gap == 0)))
    apart = differ_in_colour(features.colours, pairs.first[doubtful], pairs.second[doubtful])
    distance[doubtful[apart]] = np.inf
    return _within_threshold(pairs, distance)


def _scene(pairs: _Candidates, thresholds: Thresholds) -> Pairs:
    cosine = _cosine_distance(pairs.cosine, thresholds.scene_cosine)
    return _within_threshold(pairs, _furthest(cosine, pairs.gap / thresholds.scene_seconds))


def _cosine_distance(cosine: Float32Array, threshold: float) -> Float32Array:
    """0 for the same direction, 1 at the threshold."""
    return np.asarray((1 - cosine) / max(1 - threshold, 1e-6), np.float32)


def _furthest(*distances: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    return reduce(np.maximum, distances)


def _within_threshold(pairs: _Candidates, distance: npt.NDArray[np.floating]) -> Pairs:
    near = distance <= 1
    return Pairs(pairs.first[near], pairs.second[near], np.maximum(distance[near], 0).astype(np.float32))


def _concatenate(blocks: list[Pairs]) -> Pairs:
    none = np.zeros(0, np.int64)
    return Pairs(
        np.concatenate([none, *(pairs.first for pairs in blocks)]),
        np.concatenate([none, *(pairs.second for pairs in blocks)]),
        np.concatenate([none, *(pairs.distance for pairs in blocks)]).astype(np.float32),
    )
