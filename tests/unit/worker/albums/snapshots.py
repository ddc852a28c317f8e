"""Albums of made-up photos."""

import base64
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from critic_core.contracts.album import Decision, PhotoFeatures
from critic_core.contracts.critique import Capture, Fingerprint, PropertyName
from critic_core.contracts.group_correction import GroupCorrection
from critic_core.stores.albums import Snapshot
from critic_worker.albums.grouping.similar_pairs import SimilarityFeatures
from critic_worker.arrays import Float32Array, Float64Array

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
FAR = 2**40 - 1  # a perceptual hash with forty bits of 64 set


def photo(
    score: float, embedding: list[float], bits: int = 0, minutes: float = 0, camera: str = "one"
) -> PhotoFeatures:
    """`bits`: the perceptual hash as a number."""
    vector = np.array(embedding, "<f2").tobytes()
    properties = dict.fromkeys(PropertyName, 50.0)
    return PhotoFeatures(
        score=score,
        percentile=score,
        properties=properties | {PropertyName.fine_detail: 4.0, PropertyName.highlights: 1.0},
        fingerprint=Fingerprint(
            perceptual_hash=f"{bits:016x}",
            difference_hash="0" * 16,
            pixels_sha256=f"{score} {embedding} {bits} {minutes}",
            embedding=base64.b64encode(vector).decode(),
        ),
        capture=Capture(taken_at=START + timedelta(minutes=minutes), camera=camera),
    )


def similarity_features(
    hashes: npt.NDArray[np.uint64], embeddings: Float32Array, taken: Float64Array, *, by_camera: bool = False
) -> SimilarityFeatures:
    """Photos without colours."""
    cameras = np.full(len(hashes), by_camera)
    thumbnails = np.zeros((len(hashes), 32, 32), np.uint8)
    colours = np.full((len(hashes), 64, 2), np.nan, np.float32)
    return SimilarityFeatures(hashes, embeddings, taken, cameras, colours, np.where(cameras, 0, -1), thumbnails)


def snapshot(
    photos: dict[str, PhotoFeatures],
    decisions: dict[str, Decision] | None = None,
    corrections: tuple[GroupCorrection, ...] = (),
) -> Snapshot:
    return Snapshot(
        revision=7,
        decision_revision=3,
        features=photos,
        decisions=decisions or {},
        paths={photo_id: f"{photo_id}.jpg" for photo_id in photos},
        sha256={photo_id: f"sha-{photo_id}" for photo_id in photos},
        corrections=corrections,
    )


ALBUM = snapshot(
    {
        "c": photo(40, [0, 1], FAR, 100),  # alone
        "a": photo(50, [1, 0]),  # near duplicates, the second one better
        "b": photo(70, [1, 0.1]),
    }
)
