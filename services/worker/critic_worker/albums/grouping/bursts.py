"""Pairs of frames of a burst: one camera, within two seconds, and the same view, tilted, zoomed or in other light.

No hash survives a tilt, and no embedding a change of two stops: two frames are linked when their thumbnails fit after
some turn and zoom, and their embeddings do not contradict. Frames linked through others belong together as well, as
long as two seconds hold them. Limits chosen on bursts made of 80 photographs, measured on 200 others
(docs/measurements.md).
"""

from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from critic_worker.albums.features.capture_facts import BURST_SECONDS
from critic_worker.albums.grouping.complete_linkage import Pairs
from critic_worker.albums.grouping.similar_pairs import SimilarityFeatures
from critic_worker.albums.thumbnails.shifts import shifts
from critic_worker.albums.thumbnails.thumbnail_views import view_matrix, views
from critic_worker.arrays import BoolArray, Float32Array, Int64Array

LEAST_COSINE, LEAST_FIT = 0.3, 0.65
_SURE_COSINE = 0.85  # the fit is not computed
_STEPS = 2  # frames ahead that a frame is compared with
_MOST_FRAMES = 120  # within two seconds: sixty a second
_NEAR = tuple(product((0, -4, 4), (1.0, 0.9, 1.12)))  # degrees, zoom factors: most frames fit after one of these
_FAR = sorted({*product((-12, -8, -4, 0, 4, 8, 12), (0.8, 0.9, 1.0, 1.12, 1.25))} - {*_NEAR})
_VIEWS = (view_matrix(_NEAR), view_matrix(_FAR))


def burst_pairs(features: SimilarityFeatures) -> Pairs:
    """Pairs of N photos; none without capture time or camera."""
    order = np.lexsort((features.taken, features.camera))  # NaN comes last within a camera
    links = [_linked(features, *_steps(features, order, step)) for step in range(1, _STEPS + 1)]
    burst = _components(len(features), links)
    found = [_of_one_burst(burst, *_steps(features, order, step)) for step in range(1, _MOST_FRAMES)]
    first, second = (np.concatenate([np.zeros(0, np.int64), *(pair[side] for pair in found)]) for side in (0, 1))
    distance = (1 - features.cosine(first, second)) / (1 - LEAST_COSINE)
    return Pairs(np.minimum(first, second), np.maximum(first, second), np.clip(distance, 0, 1).astype(np.float32))


def _steps(features: SimilarityFeatures, order: Int64Array, step: int) -> tuple[Int64Array, Int64Array]:
    """Photos of one camera that are `step` frames and at most two seconds apart: the earlier and the later, `[K]`."""
    earlier, later = order[:-step], order[step:]
    soon = features.taken[later] - features.taken[earlier] <= BURST_SECONDS  # NaN: not
    same = (features.camera[earlier] == features.camera[later]) & (features.camera[earlier] >= 0)
    return earlier[soon & same], later[soon & same]


def _linked(features: SimilarityFeatures, first: Int64Array, second: Int64Array) -> tuple[Int64Array, Int64Array]:
    cosine = features.cosine(first, second)
    linked = cosine >= _SURE_COSINE
    doubtful = np.flatnonzero((cosine >= LEAST_COSINE) & ~linked)
    linked[doubtful] = _fits(features.thumbnails[first[doubtful]], features.thumbnails[second[doubtful]])
    return first[linked], second[linked]


def _components(count: int, links: list[tuple[Int64Array, Int64Array]]) -> Int64Array:
    first, second = (np.concatenate([link[side] for link in links]) for side in (0, 1))
    graph = coo_array((np.ones(len(first), np.int8), (first, second)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _of_one_burst(burst: Int64Array, first: Int64Array, second: Int64Array) -> tuple[Int64Array, Int64Array]:
    together = burst[first] == burst[second]
    return first[together], second[together]


def _fits(first: npt.NDArray[np.uint8], second: npt.NDArray[np.uint8]) -> BoolArray:
    """Which of K pairs of thumbnails `[K, 32, 32]` fit after some turn, zoom and shift of the second, `[K]`."""
    pairs = zip(_even_light(first), _even_light(second), strict=True)
    return np.array([any(_fit(still, moved, matrix) >= LEAST_FIT for matrix in _VIEWS) for still, moved in pairs], bool)


def _fit(still: Float32Array, moved: Float32Array, matrix: csr_array) -> float:
    return float(shifts(still[None], views(matrix, moved)).fit.max())


def _even_light(thumbnails: npt.NDArray[np.uint8]) -> Float32Array:
    """Logarithms: another exposure adds the same everywhere."""
    return np.asarray(40 * np.log(thumbnails.astype(np.float32) + 8), np.float32)
