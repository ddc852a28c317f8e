"""An album: photos that are scored together, ranked, grouped, and what is proposed to keep of them."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from critic_core.contracts.base import Contract
from critic_core.contracts.critique import Capture, Critique, Fingerprint, PropertyName, Reason
from critic_core.contracts.errors import Problem
from critic_core.contracts.photo import PhotoState

ALBUM_RESULT_TASK = (
    "critic.compute_album_result"  # the Celery task's name; its arguments: album id, a `AlbumQuery` as JSON
)
ALBUM_QUEUE = "critic.albums"


class Counts(Contract):
    """How far an album is."""

    photos: int
    pending: int = Field(description="Queued or running")
    done: int
    failed: int


class Album(Contract):
    """Photos that belong to one shoot."""

    id: str = Field(description="UUIDv7")
    name: str | None = None
    model: str | None = Field(default=None, description="The model that was asked for; otherwise the worker chooses")
    created_at: datetime
    expires_at: datetime = Field(description="When the album, its photos and all about them is forgotten")
    callback_url: str | None = Field(default=None, description="Where a webhook goes whenever no photo waits any more")
    revision: int = Field(default=0, description="Grows with every photo that is added, answered or deleted")
    decision_revision: int = Field(default=0, description="Grows with every decision that is made or undone")
    counts: Counts


class NewAlbum(Contract):
    """What an album is made of; all of it may be left out."""

    name: str | None = Field(default=None, max_length=200)
    model: str | None = Field(
        default=None, min_length=1, max_length=100, description="Name of a model in /v1/models, for all its photos"
    )
    callback_url: str | None = Field(default=None, description="A webhook goes there whenever no photo waits any more")
    ttl_seconds: int | None = Field(
        default=None, ge=60, description="Time to live; at most, and else, the server's own"
    )


class Flag(StrEnum):
    """What a photographer decided."""

    pick = "pick"
    reject = "reject"


class Choice(Contract):
    """What a photographer says of a photo; it goes before whatever is proposed."""

    flag: Flag | None = None
    stars: int | None = Field(default=None, ge=0, le=5)


class Decision(Choice):
    """A choice, and when it was made."""

    at: datetime


class Decisions(Contract):
    """The decision that counts, and all that were made before and not undone."""

    current: Decision | None = None
    history: tuple[Decision, ...] = Field(default=(), description="Oldest first; the last one is `current`")


class Summary(Contract):
    """What a list tells of a photo's critique."""

    score: float
    percentile: float
    label: str
    width: int
    height: int
    taken_at: datetime | None = None


class AlbumPhoto(Contract):
    """A photo in an album's ranking: those that are done first, the best of them on top; then failed, then waiting."""

    id: str
    state: PhotoState
    rank: int | None = Field(default=None, description="1 is the best; none before the photo is done")
    file_name: str | None = None
    media_type: str
    size_bytes: int
    sha256: str = Field(description="Of the uploaded bytes: what is here need not be sent again")
    summary: Summary | None = None
    problem: Problem | None = None
    decision: Decision | None = None


class AlbumEvent(Contract):
    """What a server-sent event carries; its name is what happened."""

    photo_id: str | None = Field(default=None, description="The photo that changed")
    counts: Counts
    photo: AlbumPhoto | None = Field(default=None, description="That photo after the change, without its rank")


class AlbumPage(Contract):
    """An album and a page of its ranking."""

    album: Album
    photos: tuple[AlbumPhoto, ...]
    next_cursor: str | None = Field(default=None, description="Asks for the page after this one; none after the last")


# -- what belongs together --------------------------------------------------------------------------------------------


class Thresholds(Contract):
    """What still belongs together. Changing them asks no photo again.

    The defaults are measured on copies and strangers of 200 photos: docs/measurements.md.
    """

    copy_bits: int = Field(
        default=6, ge=0, le=64, description="pHash bits of 64: the same frame, whatever was done to it"
    )
    near_bits: int = Field(
        default=16, ge=0, le=64, description="pHash bits of 64, of two frames whose embeddings are near, too"
    )
    near_cosine: float = Field(default=0.85, ge=-1, le=1, description="Embeddings of two near duplicates")
    near_seconds: float = Field(
        default=60, gt=0, description="Between two near duplicates, where both say when they were taken"
    )
    scene_cosine: float = Field(default=0.7, ge=-1, le=1, description="Embeddings of two photos of one scene")
    scene_seconds: float = Field(default=1800, gt=0, description="Between two photos of one scene")


class GroupLevel(StrEnum):
    """How alike the photos of a group are; `sequence` is what the photographer took to be one picture."""

    exact = "exact"
    near = "near"
    scene = "scene"
    sequence = "sequence"


class SequenceKind(StrEnum):
    """Frames that are to become one picture."""

    exposure_bracket = "exposure_bracket"
    focus_stack = "focus_stack"
    panorama = "panorama"


class Member(Contract):
    """A photo in a group."""

    id: str
    file_name: str | None = None
    quality: float = Field(description="Score, sharpness, exposure and clipping in one: what the best is chosen by")
    score: float
    reasons: tuple[Reason, ...] = Field(
        description="Why it is better or worse than the others of its group; only of near duplicates"
    )


class Group(Contract):
    """Photos that belong together."""

    id: str = Field(description="The id of its oldest photo: the same while the group grows")
    level: GroupLevel
    kind: SequenceKind | None = Field(default=None, description="Of a sequence")
    best: str = Field(description="The id of the photo to keep when only one is kept")
    photos: tuple[Member, ...] = Field(description="Best first; a sequence in the order it was taken")


class GroupsPage(Contract):
    """The groups of one level, the largest first; photos that are alone are in none."""

    revision: int = Field(description="The album's revision that was grouped")
    level: GroupLevel
    thresholds: Thresholds
    total: int = Field(description="Groups of this level")
    groups: tuple[Group, ...]
    next_cursor: str | None = None


# -- what to keep -----------------------------------------------------------------------------------------------------


class Verdict(StrEnum):
    """What is proposed for a photo."""

    keep = "keep"
    maybe = "maybe"
    reject = "reject"


class Proposal(Contract):
    """What to do with a photo, and why."""

    id: str
    file_name: str | None = None
    sha256: str
    verdict: Verdict
    rank: int = Field(description="1 is the best of the album, by quality")
    quality: float
    score: float
    percentile: float
    taken_at: datetime | None = None
    reasons: tuple[Reason, ...]
    decision: Decision | None = Field(default=None, description="The photographer's own, which goes first")
    near: str | None = Field(default=None, description="Id of its group of near duplicates")
    scene: str | None = Field(default=None, description="Id of its scene")
    sequence: str | None = Field(default=None, description="Id of the sequence it is a frame of")
    kind: SequenceKind | None = Field(default=None, description="What that sequence is")


class SelectionPage(Contract):
    """What to keep of an album, best first."""

    revision: int = Field(description="The album's revision that was looked at")
    requested: int = Field(description="Pictures requested; a sequence counts as one")
    per_scene: int = Field(description="Most pictures proposed of one scene")
    keep: int = Field(description="Photos proposed to be kept, frames of sequences counted each")
    maybe: int
    reject: int
    photos: tuple[Proposal, ...]
    next_cursor: str | None = None


# -- what crosses between gateway and worker --------------------------------------------------------------------------


class GroupsQuery(Contract):
    """Which photos belong together?"""

    kind: Literal["groups"] = "groups"
    thresholds: Thresholds


class SelectionQuery(Contract):
    """Which photos are to be kept?"""

    kind: Literal["selection"] = "selection"
    keep: float = Field(gt=0, description="Pictures; under 1: the share of all")
    per_scene: int | None = Field(default=None, ge=1, description="Most pictures of one scene")
    thresholds: Thresholds


AlbumQuery = Annotated[GroupsQuery | SelectionQuery, Field(discriminator="kind")]


def query_digest(question: AlbumQuery) -> str:
    """Equal for equal questions: 16 hex digits."""
    return hashlib.sha256(question.model_dump_json().encode()).hexdigest()[:16]


class PhotoFeatures(Contract):
    """What the photos of an album are compared by; the rest of a critique is not read for that."""

    score: float
    percentile: float
    properties: dict[PropertyName, float]
    fingerprint: Fingerprint
    capture: Capture | None = None


def summary_of(critique: Critique) -> Summary:
    """What a list tells of it."""
    facts = critique.image
    return Summary(
        score=critique.score,
        percentile=critique.percentile,
        label=critique.label,
        width=facts.width,
        height=facts.height,
        taken_at=facts.capture.taken_at if facts.capture else None,
    )


def features_of(critique: Critique) -> PhotoFeatures:
    """What it is compared with others by."""
    return PhotoFeatures(
        score=critique.score,
        percentile=critique.percentile,
        properties={name: measured.value for name, measured in critique.properties.items()},
        fingerprint=critique.fingerprint,
        capture=critique.image.capture,
    )
