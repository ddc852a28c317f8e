"""The photos of an album as columns, for grouping and selection."""

import base64
from dataclasses import dataclass
from datetime import UTC

import numpy as np
import numpy.typing as npt

from critic_core.contracts.album import Decision, PhotoFeatures, SequenceKind, Thresholds
from critic_core.contracts.critique import Capture, Reason
from critic_core.stores.albums import Snapshot
from critic_worker.albums import group_levels
from critic_worker.albums.group_levels import Levels
from critic_worker.albums.quality import quality
from critic_worker.albums.reasons import reasons_in_groups
from critic_worker.albums.sequences import NO_SEQUENCE, Frames, sequences
from critic_worker.albums.shifts import SIDE
from critic_worker.albums.similar_pairs import SimilarityFeatures
from critic_worker.arrays import Float32Array, Float64Array, Int64Array


@dataclass(frozen=True)
class AlbumTable:
    """N finished photos in the order of their ids, which is the order of upload."""

    revision: int
    ids: list[str]
    names: list[str | None]
    sha256: list[str]
    features: list[PhotoFeatures]
    decisions: list[Decision | None]
    quality: Float64Array  # [N]
    taken: Float64Array  # [N], seconds by the camera's clock; NaN where unknown
    levels: Levels
    sequence: Int64Array  # [N]; NO_SEQUENCE for most
    kinds: list[SequenceKind]  # of each sequence
    reasons: list[tuple[Reason, ...]]  # [N], against the group of near duplicates

    def __len__(self) -> int:
        return len(self.ids)


def album_table(snapshot: Snapshot, thresholds: Thresholds) -> AlbumTable:
    """All columns of the finished photos, grouped by these thresholds."""
    ids = sorted(snapshot.features)
    features = [snapshot.features[photo_id] for photo_id in ids]
    taken = taken_seconds(features)
    found = sequences(frames_of(features))
    pixels = [photo.fingerprint.pixels_sha256 for photo in features]
    levels = group_levels.group(pixels, similarity_features(features, taken), thresholds)
    qualities = quality(features, levels.near)
    return AlbumTable(
        revision=snapshot.revision,
        ids=ids,
        names=[snapshot.names.get(photo_id) or None for photo_id in ids],
        sha256=[snapshot.sha256[photo_id] for photo_id in ids],
        features=features,
        decisions=[snapshot.decisions.get(photo_id) for photo_id in ids],
        quality=qualities,
        taken=taken,
        levels=levels,
        sequence=found.sequence,
        kinds=found.kinds,
        reasons=reasons_in_groups(features, qualities, _without_frames(levels.near, found.sequence)),
    )


def _without_frames(near: Int64Array, sequence: Int64Array) -> Int64Array:
    """Groups of near duplicates without frames of sequences, which differ on purpose: each frame is a group alone."""
    single = int(near.max(initial=-1)) + 1 + np.arange(len(near))
    return np.asarray(np.where(sequence == NO_SEQUENCE, near, single), np.int64)


def similarity_features(features: list[PhotoFeatures], taken: Float64Array) -> SimilarityFeatures:
    """Features for grouping."""
    return SimilarityFeatures(_hashes(features), _embeddings(features), taken)


def frames_of(features: list[PhotoFeatures]) -> Frames:
    """Features for finding sequences."""
    captures = [photo.capture or Capture() for photo in features]

    def column(name: str) -> Float64Array:
        return np.array([getattr(capture, name) for capture in captures], np.float64)  # None becomes NaN

    _, cameras = np.unique([capture.camera or "" for capture in captures], return_inverse=True)
    return Frames(
        taken=taken_seconds(features),
        camera=cameras.astype(np.int64),
        exposure=column("exposure_seconds"),
        f_number=column("f_number"),
        iso=column("iso"),
        bias=column("exposure_bias_ev"),
        focal=column("focal_length_mm"),
        distance=column("focus_distance_m"),
        hashes=_hashes(features),
        thumbnail=np.array([_thumbnail(photo) for photo in features], np.uint8).reshape(-1, SIDE, SIDE),
    )


def taken_seconds(features: list[PhotoFeatures]) -> Float64Array:
    """The time of each photo, `[N]`; NaN where unknown."""
    return np.array([_taken(photo) for photo in features], np.float64)


def _taken(features: PhotoFeatures) -> float:
    """The camera's clock read as UTC: only differences matter."""
    taken_at = features.capture.taken_at if features.capture else None
    return taken_at.replace(tzinfo=UTC).timestamp() if taken_at else np.nan


def _hashes(features: list[PhotoFeatures]) -> npt.NDArray[np.uint64]:
    return np.array([int(photo.fingerprint.perceptual_hash, 16) for photo in features], np.uint64)


def _thumbnail(features: PhotoFeatures) -> npt.NDArray[np.uint8]:
    """Black for a critique of an older version without a thumbnail: it correlates with nothing."""
    pixels = np.frombuffer(base64.b64decode(features.fingerprint.thumbnail), np.uint8)
    return pixels if len(pixels) == SIDE * SIDE else np.zeros(SIDE * SIDE, np.uint8)


def _embeddings(features: list[PhotoFeatures]) -> Float32Array:
    """`[N, D]` of length 1; zeros for a photo scored by a model with a smaller embedding than the widest."""
    vectors = [np.frombuffer(base64.b64decode(photo.fingerprint.embedding), "<f2") for photo in features]
    widest = max((len(vector) for vector in vectors), default=0)
    padded = np.zeros((len(vectors), widest), np.float32)
    for row, vector in zip(padded, vectors, strict=True):
        row[: len(vector)] = vector if len(vector) == widest else 0
    return np.asarray(padded / np.maximum(np.linalg.norm(padded, axis=1, keepdims=True), 1e-6), np.float32)
