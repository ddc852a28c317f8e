"""The photos of an album side by side: what is kept of each, as arrays that grouping and choosing compute with."""

import base64
from dataclasses import dataclass
from datetime import UTC

import numpy as np
import numpy.typing as npt

from critic_core.contracts.album import Decision, Marks, SequenceKind, Thresholds
from critic_core.contracts.critique import Capture, Reason
from critic_core.stores.albums import Snapshot
from critic_worker.albums import group_levels, similarity
from critic_worker.albums.group_levels import Levels
from critic_worker.albums.linkage import Numbers
from critic_worker.albums.quality import quality
from critic_worker.albums.reasons import reasons_in_groups
from critic_worker.albums.sequences import ALONE, Frames, sequences
from critic_worker.albums.shifts import SIDE


@dataclass(frozen=True)
class Table:
    """N photos in the order of their ids, which is that in which they came."""

    revision: int
    ids: list[str]
    names: list[str | None]
    sha256: list[str]
    marks: list[Marks]
    decisions: list[Decision | None]
    quality: npt.NDArray[np.float64]  # [N]
    taken: npt.NDArray[np.float64]  # [N], seconds by the camera's clock; NaN where unknown
    levels: Levels
    sequence: Numbers  # [N]; ALONE for most
    kinds: list[SequenceKind]  # of each sequence
    reasons: list[tuple[Reason, ...]]  # [N], against the others of its group

    def __len__(self) -> int:
        return len(self.ids)


def table(snapshot: Snapshot, limits: Thresholds) -> Table:
    """Everything that is known of the photos that are done, grouped within those limits."""
    ids = sorted(snapshot.marks)
    marks = [snapshot.marks[photo_id] for photo_id in ids]
    taken = np.array([_taken(each) for each in marks], np.float64)
    found = sequences(frames_of(marks))
    levels = group_levels.group([each.fingerprint.pixels_sha256 for each in marks], compared(marks, taken), limits)
    worth = quality(marks, levels.near)
    return Table(
        revision=snapshot.revision,
        ids=ids,
        names=[snapshot.names.get(photo_id) or None for photo_id in ids],
        sha256=[snapshot.sha256[photo_id] for photo_id in ids],
        marks=marks,
        decisions=[snapshot.decisions.get(photo_id) for photo_id in ids],
        quality=worth,
        taken=taken,
        levels=levels,
        sequence=found.of,
        kinds=found.kinds,
        reasons=reasons_in_groups(marks, worth, _rivals(levels.near, found.of)),
    )


def _rivals(near: Numbers, sequence: Numbers) -> Numbers:
    """Near duplicates without the frames of sequences, which differ on purpose: those are alone."""
    own = int(near.max(initial=-1)) + 1 + np.arange(len(near))
    return np.asarray(np.where(sequence == ALONE, near, own), np.int64)


def compared(marks: list[Marks], taken: npt.NDArray[np.float64]) -> similarity.Marks:
    """What photos are grouped by."""
    return similarity.Marks(_hashes(marks), _embeddings(marks), taken)


def frames_of(marks: list[Marks]) -> Frames:
    """What sequences are found by."""
    plain = Capture()
    captures = [each.capture or plain for each in marks]

    def told(name: str) -> npt.NDArray[np.float64]:
        return np.array([getattr(capture, name) for capture in captures], np.float64)  # None becomes NaN

    _, cameras = np.unique([capture.camera or "" for capture in captures], return_inverse=True)
    return Frames(
        taken=np.array([_taken(each) for each in marks], np.float64),
        camera=cameras.astype(np.int64),
        exposure=told("exposure_seconds"),
        f_number=told("f_number"),
        iso=told("iso"),
        bias=told("exposure_bias_ev"),
        focal=told("focal_length_mm"),
        distance=told("focus_distance_m"),
        hashes=_hashes(marks),
        thumbnail=np.array([_thumbnail(each) for each in marks], np.uint8).reshape(-1, SIDE, SIDE),
    )


def _hashes(marks: list[Marks]) -> npt.NDArray[np.uint64]:
    return np.array([int(each.fingerprint.perceptual_hash, 16) for each in marks], np.uint64)


def _thumbnail(marks: Marks) -> npt.NDArray[np.uint8]:
    """Black where a critique of an older version has none: it fits nothing."""
    pixels = np.frombuffer(base64.b64decode(marks.fingerprint.thumbnail), np.uint8)
    return pixels if len(pixels) == SIDE * SIDE else np.zeros(SIDE * SIDE, np.uint8)


def _embeddings(marks: list[Marks]) -> npt.NDArray[np.float32]:
    """`[N, D]` of length 1. Photos scored by models of different sizes are alike in nothing but their hashes."""
    vectors = [np.frombuffer(base64.b64decode(each.fingerprint.embedding), "<f2") for each in marks]
    widest = max((len(vector) for vector in vectors), default=0)
    padded = np.zeros((len(vectors), widest), np.float32)
    for row, vector in zip(padded, vectors, strict=True):
        row[: len(vector)] = vector if len(vector) == widest else 0
    return np.asarray(padded / np.maximum(np.linalg.norm(padded, axis=1, keepdims=True), 1e-6), np.float32)


def _taken(marks: Marks) -> float:
    """Only differences matter, so that the camera's clock is read as if it were UTC."""
    told = marks.capture.taken_at if marks.capture else None
    return told.replace(tzinfo=UTC).timestamp() if told else np.nan
