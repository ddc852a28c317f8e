"""Photos of responses to `?fields=`: fields of the whole contracts, None where not chosen; the id is always there."""

from datetime import datetime

from critic_core.contracts.base import Contract
from critic_core.contracts.critique import (
    Face,
    Fingerprint,
    Focus,
    Horizon,
    ImageFacts,
    PhotoKind,
    Property,
    PropertyName,
    Provenance,
    Reason,
    ScoreInterval,
    Timings,
)
from critic_core.contracts.photo import Lane, Metadata, PhotoState, Reference
from critic_core.contracts.webhook import CallbackDetail, PhotoEvent


class ProblemFields(Contract):
    """Chosen fields of a problem."""

    type: str | None = None
    title: str | None = None
    status: int | None = None
    detail: str | None = None
    code: str | None = None
    permanent: bool | None = None
    instance: str | None = None


class CritiqueFields(Contract):
    """Chosen fields of a critique."""

    score: float | None = None
    interval: ScoreInterval | None = None
    probability: float | None = None
    percentile: float | None = None
    reference: str | None = None
    label: str | None = None
    kind: PhotoKind | None = None
    properties: dict[PropertyName, Property] | None = None
    reasons: tuple[Reason, ...] | None = None
    image: ImageFacts | None = None
    fingerprint: Fingerprint | None = None
    faces: tuple[Face, ...] | None = None
    focus: Focus | None = None
    horizon: Horizon | None = None
    provenance: Provenance | None = None
    timings_ms: Timings | None = None


class PhotoFields(Contract):
    """Chosen fields of a photo."""

    id: str
    owner: str | None = None
    state: PhotoState | None = None
    file_name: str | None = None
    path: str | None = None
    reference: Reference | None = None
    metadata: Metadata | None = None
    media_type: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    lane: Lane | None = None
    model: str | None = None
    album: str | None = None
    callback_url: str | None = None
    callback_events: tuple[PhotoEvent, ...] | None = None
    callback_details: tuple[CallbackDetail, ...] | None = None
    created_at: datetime | None = None
    expires_at: datetime | None = None
    claims: int | None = None
    critique: CritiqueFields | None = None
    problem: ProblemFields | None = None


class SummaryFields(Contract):
    """Chosen fields of a summary."""

    score: float | None = None
    percentile: float | None = None
    label: str | None = None
    kind: PhotoKind | None = None
    width: int | None = None
    height: int | None = None
    taken_at: datetime | None = None


class PhotoEntryFields(Contract):
    """Chosen fields of a photo in the list of its owner."""

    id: str
    state: PhotoState | None = None
    file_name: str | None = None
    reference: Reference | None = None
    media_type: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    album: str | None = None
    created_at: datetime | None = None
    expires_at: datetime | None = None
    summary: SummaryFields | None = None
    problem: ProblemFields | None = None


class PhotosPageFields(Contract):
    """Chosen fields of photos of the caller, newest first."""

    photos: tuple[PhotoEntryFields, ...]
    next_cursor: str | None = None
