"""Pairs at their distance in units of the threshold, across the blocks of a large album."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from tests.unit.worker.albums.grouping.test_colour_differences import colours
from tests.unit.worker.albums.snapshots import similarity_features

from critic_core.contracts.album import Thresholds
from critic_core.contracts.errors import TooManyPairs
from critic_worker.albums.grouping import similar_pairs as similarity
from critic_worker.albums.grouping.similar_pairs import SimilarityFeatures, similar_pairs

THRESHOLDS = Thresholds(copy_bits=6, near_bits=16, near_cosine=0.85, near_seconds=60, scene_cosine=0.7)


def features(bits: int, cosine: float, seconds: float, *, by_camera: bool = False) -> SimilarityFeatures:
    """Two photos at this distance."""
    embeddings = np.array([[1, 0], [cosine, np.sqrt(1 - cosine**2)]], np.float32)
    hashes = np.array([0, 2**bits - 1], np.uint64)
    return similarity_features(hashes, embeddings, np.array([0, seconds]), by_camera=by_camera)


@pytest.mark.parametrize(
    ("bits", "cosine", "seconds", "distance"),
    [
        (3, 0.0, 0, 0.5),  # a copy, by half of the threshold
        (0, 1.0, 0, 0.0),
        (8, 1.0, 0, 0.5),  # another frame, by its hash
        (8, 0.85, 0, 1.0),  # by its embedding
        (8, 1.0, 45, 0.75),  # by its time
    ],
)
def test_the_distance_of_near_duplicates(bits: int, cosine: float, seconds: float, distance: float) -> None:
    near, _ = similar_pairs(features(bits, cosine, seconds), THRESHOLDS)
    assert (near.first.tolist(), near.second.tolist()) == ([0], [1])
    assert near.distance[0] == pytest.approx(distance, abs=1e-5)


@pytest.mark.parametrize(("seconds", "by_camera", "copies"), [(61, True, 0), (59, True, 1), (61, False, 1)])
def test_exposures_of_different_times_are_no_copies(seconds: float, by_camera: bool, copies: int) -> None:
    """Receipts, night skies and products on white have nearly the same hash."""
    near, _ = similar_pairs(features(0, 0.0, seconds, by_camera=by_camera), THRESHOLDS)
    assert len(near.first) == copies


@pytest.mark.parametrize(("seconds", "bits", "near_pairs"), [(10, 3, 0), (0, 3, 1), (10, 8, 1)])
def test_one_structure_in_two_colours_is_two_pictures(seconds: float, bits: int, near_pairs: int) -> None:
    """Except for versions of one exposure, and frames in which something moved."""
    album = replace(features(bits, 1.0, seconds, by_camera=True), colours=colours("red", "blue"))
    assert len(similar_pairs(album, THRESHOLDS)[0].first) == near_pairs


@pytest.mark.parametrize(("cosine", "seconds", "is_scene"), [(0.71, 0, True), (0.69, 0, False), (1.0, 1801, False)])
def test_a_scene_is_a_matter_of_embedding_and_time(cosine: float, seconds: float, is_scene: bool) -> None:
    near, scene = similar_pairs(features(40, cosine, seconds), THRESHOLDS)
    assert (len(near.first), len(scene.first)) == (0, int(is_scene))


def random_album(seed: int) -> SimilarityFeatures:
    """A hundred photos of few subjects and hashes, some without a time."""
    random = np.random.default_rng(seed)
    subjects = random.standard_normal((12, 4))[random.integers(0, 12, 100)] + 0.2 * random.standard_normal((100, 4))
    embeddings = (subjects / np.linalg.norm(subjects, axis=1, keepdims=True)).astype(np.float32)
    hashes = random.integers(0, 2**63, 30, dtype=np.uint64)[random.integers(0, 30, 100)]
    for _ in range(seed):
        hashes ^= np.uint64(1) << random.integers(0, 64, 100).astype(np.uint64)
    taken = np.where(random.random(100) < 0.2, np.nan, random.uniform(0, 7200, 100))
    return similarity_features(hashes, embeddings, taken, by_camera=seed % 2 == 1)


def plain_pairs(album: SimilarityFeatures, thresholds: Thresholds) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Near duplicates and scenes by their definition, pair by pair."""
    near, scene = set(), set()
    for first, second in combinations(range(len(album)), 2):
        bits = (int(album.hashes[first]) ^ int(album.hashes[second])).bit_count()
        cosine = float(album.embeddings[first] @ album.embeddings[second])
        gap = float(np.nan_to_num(abs(album.taken[first] - album.taken[second])))
        exposures = bool(album.by_camera[first] and album.by_camera[second])
        is_copy = bits <= thresholds.copy_bits and not (exposures and gap > thresholds.near_seconds)
        is_frame = bits <= thresholds.near_bits and cosine >= thresholds.near_cosine and gap <= thresholds.near_seconds
        near |= {(first, second)} if is_copy or is_frame else set()
        scene |= {(first, second)} if cosine >= thresholds.scene_cosine and gap <= thresholds.scene_seconds else set()
    return near, scene


@pytest.mark.parametrize("block", [7, 128])
@pytest.mark.parametrize(("seed", "copy_bits"), [(0, 6), (1, 6), (3, 6), (4, 0), (5, 12), (6, 3)])
def test_the_pairs_are_those_of_the_definition(
    monkeypatch: pytest.MonkeyPatch, seed: int, copy_bits: int, block: int
) -> None:
    monkeypatch.setattr(similarity, "BLOCK", block)
    album, thresholds = random_album(seed), THRESHOLDS.model_copy(update={"copy_bits": copy_bits})
    found = [
        list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
        for pairs in similar_pairs(album, thresholds)
    ]
    plain = plain_pairs(album, thresholds)
    assert [len(pairs) for pairs in found] == [len(pairs) for pairs in plain]
    assert tuple(map(set, found)) == plain
    assert min(map(len, found)) > 0


@pytest.mark.parametrize(("limit", "rejected"), [(44, True), (45, False)])
def test_the_pairs_of_an_album_have_a_limit(monkeypatch: pytest.MonkeyPatch, limit: int, rejected: bool) -> None:
    alike = similarity_features(np.zeros(10, np.uint64), np.ones((10, 1), np.float32), np.full(10, np.nan))
    monkeypatch.setattr(similarity, "BLOCK", 3)
    monkeypatch.setattr(similarity, "MAX_PAIRS", limit)
    if rejected:
        with pytest.raises(TooManyPairs):
            similar_pairs(alike, THRESHOLDS)
    else:
        assert len(similar_pairs(alike, THRESHOLDS)[0].first) == 45


def test_photos_far_apart_in_time_are_no_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity, "MAX_PAIRS", 0)
    hours = np.arange(10.0) * 3600
    hashes = np.array([2**bit - 1 for bit in range(0, 64, 7)], np.uint64)
    similar_pairs(similarity_features(hashes, np.ones((10, 1), np.float32), hours), THRESHOLDS)
