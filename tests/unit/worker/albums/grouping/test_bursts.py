"""Frames of a burst stay together where other near duplicates would not, and only they."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from tests.unit.worker.albums.snapshots import similarity_features

from critic_core.contracts.album import Thresholds
from critic_worker.albums.features.capture_facts import BURST_SECONDS
from critic_worker.albums.grouping.bursts import LEAST_COSINE, burst_pairs
from critic_worker.albums.grouping.group_levels import group
from critic_worker.albums.grouping.similar_pairs import SimilarityFeatures

VIEW = Image.fromarray(np.kron(np.random.default_rng(2).integers(0, 200, (8, 8)), np.ones((8, 8))).astype(np.uint8))


def shots(cosine: float, seconds: float, *, by_camera: bool = True, degrees: float = 7) -> SimilarityFeatures:
    """Two frames, the second tilted and darker, whose hashes differ in every bit."""
    frames = [VIEW, VIEW.rotate(degrees, Image.Resampling.BICUBIC).crop((4, 4, 60, 60)).point(lambda level: level // 2)]
    thumbnails = np.stack([np.asarray(frame.resize((32, 32), Image.Resampling.BOX)) for frame in frames])
    embeddings = np.array([[1, 0], [cosine, np.sqrt(1 - cosine**2)]], np.float32)
    hashes = np.array([0, 2**64 - 1], np.uint64)
    plain = similarity_features(hashes, embeddings, np.array([0.0, seconds]), by_camera=by_camera)
    return replace(plain, thumbnails=thumbnails)


def groups(features: SimilarityFeatures) -> int:
    return len(set(group([str(photo) for photo in range(len(features))], features, Thresholds()).near.tolist()))


def test_frames_of_a_burst_are_one_moment_without_a_similar_hash() -> None:
    assert groups(shots(LEAST_COSINE + 0.01, 0.4)) == 1


@pytest.mark.parametrize(
    "features",
    [
        shots(LEAST_COSINE - 0.01, 0.4),
        shots(0.8, 0.4, degrees=90),
        shots(0.8, BURST_SECONDS + 0.1),
        shots(0.8, np.nan),
        shots(0.8, 0.4, by_camera=False),
        replace(shots(0.8, 0.4), camera=np.array([0, 1])),
    ],
    ids=["another subject", "another view", "later", "no time", "no camera", "another camera"],
)
def test_other_frames_are_not(features: SimilarityFeatures) -> None:
    assert len(burst_pairs(features).first) == 0
    assert groups(features) == 2


def test_a_turn_of_the_camera_makes_no_chain() -> None:
    angles = np.arange(0, np.pi, 0.4)
    embeddings = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    hashes = np.random.default_rng(1).integers(0, 2**64, len(angles), np.uint64)
    turn = similarity_features(hashes, embeddings, np.arange(len(angles)) * 0.5, by_camera=True)
    assert groups(turn) == 2  # of 3.5 seconds


def test_the_order_of_upload_does_not_matter() -> None:
    features = shots(0.8, 0.4)
    assert len(burst_pairs(features[np.array([1, 0])]).first) == 1
