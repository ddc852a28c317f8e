"""An album: its photos with their ranking, groups and selection."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from critic_core.contracts.base import Contract
from critic_core.contracts.critique import (
    Capture,
    Critique,
    Face,
    Fingerprint,
    Focus,
    Horizon,
    PhotoKind,
    PropertyName,
    Reason,
)
from critic_core.contracts.errors import Problem
from critic_core.contracts.identity import ANONYMOUS
from critic_core.contracts.photo import PhotoState, Reference

ALBUM_RESULT_TASK = (
    "critic.compute_album_result"  # name of the Celery task; arguments: album id, an `AlbumQuery` as JSON
)
QUERY_QUEUE = "critic.albums"
MAX_KEEP = 1_000_000  # beyond every album; no infinity


class Counts(Contract):
    """Photos of an album by state."""

    photos: int
    pending: int = Field(description="Queued or running")
    done: int
    failed: int


class Album(Contract):
    """Photos of one shoot."""

    id: str = Field(description="UUIDv7")
    owner: str = Field(default=ANONYMOUS, description="Owner of the API key that created the album")
    name: str | None = None
    model: str | None = Field(default=None, description="The requested model; none: the server's default")
    created_at: datetime
    expires_at: datetime = Field(description="When the album is deleted with its photos")
    callback_url: str | None = Field(default=None, description="Receiver of a webhook whenever no photo is pending")
    revision: int = Field(
        default=0,
        description="Increases with every photo that is added, queued, scored, failed or deleted, and every correction",
    )
    decision_revision: int = Field(default=0, description="Increases with every decision and every undo")
    keep: float | None = Field(
        default=None,
        gt=0,
        le=MAX_KEEP,
        description="Pictures to keep, the default of selection and export; below 1: share of all",
    )
    counts: Counts


class AlbumChanges(Contract):
    """Changed fields of an album."""

    keep: float | None = Field(gt=0, le=MAX_KEEP, description="Pictures to keep; below 1: share of all; null: default")


class NewAlbum(Contract):
    """The fields of a new album; all of them are optional."""

    name: str | None = Field(default=None, max_length=200)
    model: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Name of a model in /v1/models, for all photos",
    )
    callback_url: str | None = Field(default=None, description="Receiver of a webhook whenever no photo is pending")
    ttl_seconds: int | None = Field(
        default=None, ge=60, description="Time to live, seconds; default and limit: the server's setting"
    )


class Flag(StrEnum):
    """The photographer's flag of a photo."""

    pick = "pick"
    reject = "reject"


class Choice(Contract):
    """The photographer's flag and stars; they override the proposal."""

    flag: Flag | None = None
    stars: int | None = Field(default=None, ge=0, le=5)


DecisionId = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{8,64}$", description="By the client, unique in the album")]


class Decision(Choice):
    """A choice with its time."""

    at: datetime
    id: DecisionId | None = Field(default=None, description="None for a decision about a single photo by `PUT`")


class JointDecision(Choice):
    """One decision about one or many photos, undone as one. Omitted fields of the choice stay as they are."""

    id: DecisionId
    photos: tuple[str, ...] = Field(min_length=1, max_length=1000, description="Ids; photos of no album are ignored")


class Decisions(Contract):
    """The current decision, and the history without undone decisions."""

    current: Decision | None = None
    history: tuple[Decision, ...] = Field(default=(), description="Oldest first; the last entry is `current`")


class Summary(Contract):
    """The summary of a critique for lists."""

    score: float
    percentile: float
    label: str
    kind: PhotoKind | None = Field(default=None, description="What the photo is of")
    width: int
    height: int
    taken_at: datetime | None = None


class RankingOrder(StrEnum):
    """Order of an album's photos; `worst`: done photos alone."""

    best = "best"
    worst = "worst"


class AlbumPhoto(Contract):
    """A photo in an album's ranking: done photos first, best on top; then failed, then pending photos."""

    id: str
    state: PhotoState
    rank: int | None = Field(default=None, description="1 is the best; none until the photo is done")
    file_name: str | None = None
    path: str | None = None
    reference: Reference | None = None
    media_type: str
    size_bytes: int
    sha256: str = Field(description="Of the uploaded bytes: a client skips files that the album has")
    summary: Summary | None = None
    problem: Problem | None = None
    decision: Decision | None = None
    favourites: int | None = Field(
        default=None, description="Share links that marked the photo as favourite: a suggestion, never a decision"
    )


class AlbumEvent(Contract):
    """The data of a server-sent event; the event's name is the kind of change."""

    photo_id: str | None = Field(default=None, description="The photo that changed")
    counts: Counts
    photo: AlbumPhoto | None = Field(default=None, description="That photo after the change, without its rank")


class AlbumPage(Contract):
    """An album with a page of its ranking."""

    album: Album
    photos: tuple[AlbumPhoto, ...]
    next_cursor: str | None = Field(default=None, description="Cursor of the next page; none after the last")


TasteVersion = Annotated[
    str | None,
    Field(description="Of the owner's taste in `quality` and rank; none: the common score. No `score` has it"),
]

# -- groups -----------------------------------------------------------------------------------------------------------


class Thresholds(Contract):
    """Thresholds of the groups; other thresholds score no photo again.

    The defaults are measured on copies and unrelated pairs of 200 photos: docs/measurements.md.
    """

    copy_bits: int = Field(
        default=6, ge=0, le=64, description="Near duplicates by hash alone: at most so many of 64 pHash bits differ"
    )
    near_bits: int = Field(
        default=16, ge=0, le=64, description="Near duplicates: at most so many of 64 pHash bits differ"
    )
    near_cosine: float = Field(default=0.85, ge=-1, le=1, description="Near duplicates: least cosine of the embeddings")
    near_seconds: float = Field(
        default=60, gt=0, description="Near duplicates: most seconds between two photos, if both have a capture time"
    )
    scene_cosine: float = Field(default=0.7, ge=-1, le=1, description="Scenes: least cosine of the embeddings")
    scene_seconds: float = Field(default=1800, gt=0, description="Scenes: most seconds between two photos")


class GroupLevel(StrEnum):
    """Similarity of the photos of a group; `sequence`: frames that were taken for one picture."""

    exact = "exact"
    near = "near"
    scene = "scene"
    sequence = "sequence"


class SequenceKind(StrEnum):
    """How the frames of a sequence become one picture."""

    exposure_bracket = "exposure_bracket"
    focus_stack = "focus_stack"
    panorama = "panorama"


class Member(Contract):
    """A photo in a group."""

    id: str
    file_name: str | None = None
    quality: float = Field(description="`probability`, sharpness, exposure and clipping in one number")
    score: float
    reasons: tuple[Reason, ...] = Field(
        description="Why the photo is better or worse than the rest of its group; near duplicates only"
    )


class Group(Contract):
    """Similar photos, or the frames of a sequence."""

    id: str = Field(description="The id of the oldest photo: stable while the group grows")
    level: GroupLevel
    kind: SequenceKind | None = Field(default=None, description="Kind of the sequence")
    best: str = Field(description="The id of the best photo")
    photos: tuple[Member, ...] = Field(description="Best first; a sequence in capture order")


class GroupsPage(Contract):
    """The groups of one level, largest first; single photos are in no group."""

    revision: int = Field(description="The grouped revision of the album")
    level: GroupLevel
    thresholds: Thresholds
    taste: TasteVersion = None
    total: int = Field(description="Groups of this level")
    groups: tuple[Group, ...]
    next_cursor: str | None = None


# -- selection --------------------------------------------------------------------------------------------------------


class Verdict(StrEnum):
    """The proposal for a photo."""

    keep = "keep"
    maybe = "maybe"
    reject = "reject"


class Proposal(Contract):
    """The proposal for a photo with its reasons."""

    id: str
    file_name: str | None = None
    path: str | None = Field(
        default=None, description="Path of the file in the client's folder, if the client sent one"
    )
    sha256: str
    verdict: Verdict
    rank: int = Field(description="By quality; 1 is the best of the album")
    quality: float
    score: float
    percentile: float
    taken_at: datetime | None = None
    reasons: tuple[Reason, ...]
    decision: Decision | None = Field(default=None, description="The photographer's decision; it overrides the verdict")
    rating: int | None = Field(default=None, description="Stars inside the uploaded file, 1 to 5; −1: rejected there")
    keeper_percent: float | None = Field(
        default=None, description="Keepers that are no better, percent: 100 for the best keeper; none for other photos"
    )
    moment: str | None = Field(
        default=None, description="Id of the moment, of which one picture is proposed: near duplicates and sequences"
    )
    near: str | None = Field(default=None, description="Id of the group of near duplicates")
    scene: str | None = Field(default=None, description="Id of the scene")
    sequence: str | None = Field(default=None, description="Id of the sequence")
    kind: SequenceKind | None = Field(default=None, description="Kind of the sequence")


class KeepersAtRisk(Contract):
    """Estimated pictures among the dropped ones that people would keep, with a 95 % interval."""

    expected: float
    low: int
    high: int


class SelectionPage(Contract):
    """The selection of an album, best photo first."""

    revision: int = Field(description="The revision of the album that was evaluated")
    requested: int = Field(description="Pictures requested; a sequence counts as one")
    per_scene: int = Field(description="Most pictures kept of one scene")
    keep: int = Field(description="Photos to keep; each frame of a sequence counts")
    maybe: int
    reject: int
    pictures: int = Field(default=0, description="Moments: near duplicates and sequences count as one picture")
    decided: int = Field(default=0, description="Pictures with a pick, or without an undecided photo")
    picked: int = Field(default=0, description="Pictures with a picked photo")
    at_risk: KeepersAtRisk | None = Field(default=None, description="None without undecided pictures")
    taste: TasteVersion = None
    photos: tuple[Proposal, ...]
    next_cursor: str | None = None


# -- from gateway to worker -------------------------------------------------------------------------------------------


class GroupsQuery(Contract):
    """A query for the groups of an album."""

    kind: Literal["groups"] = "groups"
    thresholds: Thresholds
    taste: str | None = Field(default=None, description="Version of the taste to use, if the owner's is in use")


class SelectionQuery(Contract):
    """A query for the selection of an album."""

    kind: Literal["selection"] = "selection"
    keep: float = Field(gt=0, le=MAX_KEEP, description="Pictures to keep; below 1: share of all pictures")
    per_scene: int | None = Field(default=None, ge=1, description="Most pictures kept of one scene")
    thresholds: Thresholds
    taste: str | None = Field(default=None, description="Version of the taste to use, if the owner's is in use")


AlbumQuery = Annotated[GroupsQuery | SelectionQuery, Field(discriminator="kind")]


def encode_query(query: AlbumQuery) -> str:
    """As JSON; without a taste as earlier versions write and read it."""
    return query.model_dump_json(exclude=None if query.taste else {"taste"})


def query_digest(query: AlbumQuery) -> str:
    """16 hex digits, equal for equal queries."""
    return hashlib.sha256(encode_query(query).encode()).hexdigest()[:16]


class PhotoFeatures(Contract):
    """The part of a critique by which the photos of an album are compared."""

    score: float
    probability: float | None = Field(default=None, description="None for critiques of older workers")
    percentile: float
    properties: dict[PropertyName, float]
    fingerprint: Fingerprint
    capture: Capture | None = None
    pixels: int = Field(default=0, description="Width × height; 0 for critiques of older workers")
    damaged: bool = Field(default=False, description="A part of the file is damaged: never the best of a group")
    faces: tuple[Face, ...] = ()
    focus: Focus | None = Field(default=None, description="None for critiques of older workers")
    horizon: Horizon | None = Field(default=None, description="None for critiques of older workers")
    network: str | None = Field(
        default=None, description="`weights_sha256` of the embedding's network; none for older workers"
    )


def summary_of(critique: Critique) -> Summary:
    """The critique's summary for lists."""
    facts = critique.image
    return Summary(
        score=critique.score,
        percentile=critique.percentile,
        label=critique.label,
        kind=critique.kind,
        width=facts.width,
        height=facts.height,
        taken_at=facts.capture.taken_at if facts.capture else None,
    )


def features_of(critique: Critique) -> PhotoFeatures:
    """The critique's features for comparison."""
    return PhotoFeatures(
        score=critique.score,
        probability=critique.probability,
        percentile=critique.percentile,
        properties={name: measured.value for name, measured in critique.properties.items()},
        fingerprint=critique.fingerprint,
        capture=critique.image.capture,
        pixels=critique.image.width * critique.image.height,
        damaged=critique.image.damaged,
        faces=critique.faces or (),
        focus=critique.focus,
        horizon=critique.horizon,
        network=critique.provenance.weights_sha256,
    )
