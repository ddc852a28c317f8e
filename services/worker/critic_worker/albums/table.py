"""The photos of an album as columns, for grouping and selection."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from critic_core.contracts.album import Decision, PhotoFeatures, SequenceKind, Thresholds
from critic_core.contracts.critique import Capture, Reason
from critic_core.metadata.natural_order import natural_key
from critic_core.stores.albums import Snapshot
from critic_core.stores.tastes import ActiveTaste
from critic_worker.albums.explaining.reasons import reasons_in_groups
from critic_worker.albums.features.capture_facts import cameras, taken_seconds
from critic_worker.albums.features.embeddings import embeddings_of
from critic_worker.albums.grouping import group_levels
from critic_worker.albums.grouping.colour_differences import COLOUR_CELLS
from critic_worker.albums.grouping.group_corrections import apply_corrections
from critic_worker.albums.grouping.group_levels import Levels
from critic_worker.albums.grouping.sequences import NO_SEQUENCE, Frames, sequences
from critic_worker.albums.grouping.similar_pairs import SimilarityFeatures
from critic_worker.albums.ranking.burst_departures import burst_departures
from critic_worker.albums.ranking.quality import quality
from critic_worker.albums.ranking.taste import taste_log_odds
from critic_worker.albums.thumbnails.fingerprint_rows import fixed_rows, thumbnails_of
from critic_worker.arrays import Float32Array, Float64Array, Int64Array


@dataclass(frozen=True)
class AlbumTable:
    """N finished photos in the order of their ids, which is the order of upload."""

    revision: int
    ids: list[str]
    paths: list[str | None]  # or names, where the client sent no path
    sha256: list[str]
    features: list[PhotoFeatures]
    decisions: list[Decision | None]
    quality: Float64Array  # [N]
    taste_version: str | None
    order: Int64Array  # [N], by natural file name
    taken: Float64Array  # [N], seconds by the camera's clock; NaN where unknown
    levels: Levels
    sequence: Int64Array  # [N]; NO_SEQUENCE for most
    kinds: list[SequenceKind]  # of each sequence
    reasons: list[tuple[Reason, ...]]  # [N], against the group of near duplicates

    def __len__(self) -> int:
        return len(self.ids)

    def name(self, photo: int) -> str | None:
        """The file name of a photo."""
        path = self.paths[photo]
        return path.rsplit("/", 1)[-1] if path else None


def album_table(snapshot: Snapshot, thresholds: Thresholds, active: ActiveTaste | None = None) -> AlbumTable:
    """All columns of the finished photos, grouped by these thresholds; quality by the owner's taste, if active."""
    ids = sorted(snapshot.features)
    features = [snapshot.features[photo_id] for photo_id in ids]
    paths = [snapshot.paths.get(photo_id) or None for photo_id in ids]
    taken, order = taken_seconds(features), natural_ranks(paths)
    similarity = similarity_features(features, taken)
    found = sequences(frames_of(features, order, similarity))
    pixels = [photo.fingerprint.pixels_sha256 for photo in features]
    grouped = group_levels.group(pixels, similarity, thresholds)
    levels = apply_corrections(grouped, ids, snapshot.corrections)
    ranking = _ranking(features, levels.near, found.sequence, active)
    return AlbumTable(
        revision=snapshot.revision,
        ids=ids,
        paths=paths,
        sha256=[snapshot.sha256[photo_id] for photo_id in ids],
        features=features,
        decisions=[snapshot.decisions.get(photo_id) for photo_id in ids],
        quality=ranking.quality,
        taste_version=ranking.taste_version,
        order=order,
        taken=taken,
        levels=levels,
        sequence=found.sequence,
        kinds=found.kinds,
        reasons=ranking.reasons,
    )


@dataclass(frozen=True)
class _Ranking:
    quality: Float64Array
    taste_version: str | None
    reasons: list[tuple[Reason, ...]]


def _ranking(
    features: list[PhotoFeatures], near: Int64Array, sequence: Int64Array, active: ActiveTaste | None
) -> _Ranking:
    taste = taste_log_odds(features, active.model) if active else np.zeros(len(features))
    departures = burst_departures(features, near)
    qualities = quality(features, near, taste, departures)
    reasons = reasons_in_groups(features, qualities, _without_frames(near, sequence), departures.turn)
    return _Ranking(qualities, active.version if active and taste.any() else None, reasons)


def _without_frames(near: Int64Array, sequence: Int64Array) -> Int64Array:
    """Groups of near duplicates without frames of sequences, which differ on purpose: each frame is a group alone."""
    single = int(near.max(initial=-1)) + 1 + np.arange(len(near))
    return np.asarray(np.where(sequence == NO_SEQUENCE, near, single), np.int64)


def similarity_features(features: list[PhotoFeatures], taken: Float64Array) -> SimilarityFeatures:
    """Features for grouping. A time without a camera may be that of saving a copy."""
    camera = cameras(features)
    return SimilarityFeatures(
        hashes=_hashes(features),
        embeddings=embeddings_of(features),
        taken=taken,
        by_camera=(camera >= 0) & ~np.isnan(taken),
        colours=_colours(features),
        camera=camera,
        thumbnails=thumbnails_of(features),
    )


def frames_of(features: list[PhotoFeatures], order: Int64Array, similarity: SimilarityFeatures) -> Frames:
    """Features for finding sequences."""
    captures = [photo.capture or Capture() for photo in features]

    def column(name: str) -> Float64Array:
        return np.array([getattr(capture, name) for capture in captures], np.float64)  # None becomes NaN

    return Frames(
        taken=similarity.taken,
        order=order,
        camera=similarity.camera,
        exposure=column("exposure_seconds"),
        f_number=column("f_number"),
        iso=column("iso"),
        bias=column("exposure_bias_ev"),
        focal=column("focal_length_mm"),
        distance=column("focus_distance_m"),
        hashes=similarity.hashes,
        thumbnail=similarity.thumbnails,
    )


def natural_ranks(paths: list[str | None]) -> Int64Array:
    """The rank of each path, `[N]`, with numbers by value: IMG_9 before IMG_10; equal paths have equal ranks."""
    keys = [natural_key(path or "") for path in paths]
    ranks = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    return np.array([ranks[key] for key in keys], np.int64)


def _hashes(features: list[PhotoFeatures]) -> npt.NDArray[np.uint64]:
    return np.array([int(photo.fingerprint.perceptual_hash, 16) for photo in features], np.uint64)


def _colours(features: list[PhotoFeatures]) -> Float32Array:
    """Not a number for a critique of an older version without colours."""
    levels, known = fixed_rows((photo.fingerprint.colours for photo in features), 2 * COLOUR_CELLS)
    return np.where(known[:, None], levels, np.float32(np.nan)).reshape(-1, COLOUR_CELLS, 2)
