"""A photo in the job store, in the queue and in the API."""

import json
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from critic_core.contracts.base import Contract
from critic_core.contracts.critique import Critique
from critic_core.contracts.errors import Problem
from critic_core.contracts.identity import ANONYMOUS
from critic_core.contracts.webhook import CallbackDetail, PhotoEvent

NAMED_CRITIQUE_TASK = "critic.critique_photo"  # of gateways of version 0.2; arguments: ids of photos
CRITIQUE_TASK = "critic.critique_photos"  # name of the Celery task; argument: the photos of a ticket
CRITIQUE_QUEUE = "critic.photos"


class PhotoState(StrEnum):
    """`queued → running → done | failed`."""

    queued = "queued"
    running = "running"
    done = "done"
    failed = "failed"

    @property
    def final(self) -> bool:
        """True for `done` and `failed`."""
        return self in (PhotoState.done, PhotoState.failed)


class Lane(StrEnum):
    """A class of photos in the queue."""

    interactive = "interactive"  # a caller waits for the result
    batch = "batch"


def _split(value: object) -> object:
    return tuple(value.split(",")) if isinstance(value, str) else value


def _parse(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


MAX_REFERENCE_LENGTH = 200
Reference = Annotated[
    str,
    Field(min_length=1, max_length=MAX_REFERENCE_LENGTH, description="The caller's own name of the photo, for lists"),
]
Metadata = Annotated[
    dict[
        Annotated[str, Field(min_length=1, max_length=40)],
        Annotated[str, Field(max_length=200)],
    ],
    Field(max_length=20, description="The caller's own values, as they were sent"),
]


class Photo(Contract):
    """A photo with its state and, at the end, its critique or problem."""

    id: str = Field(description="UUIDv7")
    owner: str = Field(default=ANONYMOUS, description="Owner of the API key that sent the photo")
    state: PhotoState
    file_name: str | None = Field(default=None, description="The client's name of the file; never used as a path")
    path: str | None = Field(
        default=None, description="Relative path in the client's folder, if the upload's file name had one"
    )
    reference: Reference | None = None
    metadata: Annotated[Metadata | None, BeforeValidator(_parse)] = None
    media_type: str = Field(description="Detected from the bytes")
    size_bytes: int
    sha256: str = Field(description="Of the uploaded bytes")
    lane: Lane = Field(default=Lane.batch, description="`interactive`: a caller waits for the critique (`?wait=`)")
    model: str | None = Field(default=None, description="The requested model; none: the server's default")
    album: str | None = Field(default=None, description="Id of its album")
    callback_url: str | None = Field(default=None, description="Receiver of a webhook once the photo is done or failed")
    callback_events: Annotated[tuple[PhotoEvent, ...] | None, BeforeValidator(_split)] = Field(
        default=None, description="Events for the receiver; none: all"
    )
    callback_details: Annotated[tuple[CallbackDetail, ...] | None, BeforeValidator(_split)] = Field(
        default=None, description="Fingerprints for the receiver; none: none"
    )
    created_at: datetime
    expires_at: datetime = Field(description="When the photo is deleted")
    claims: int = Field(default=0, description="How often a worker has claimed the photo")
    critique: Critique | None = None
    problem: Problem | None = None


LARGE_FIELDS: dict[str, Any] = {"critique": {"fingerprint": {"embedding", "thumbnail", "colours"}}}
"""What compares pixels: larger than the rest of a photo, and left out unless a caller names it."""


class PhotoReceipt(Contract):
    """The result of one file of an upload: an accepted photo, or a problem."""

    file_name: str | None = None
    photo: Photo | None = None
    duplicate: bool = Field(default=False, description="The album has a photo with the same bytes: `photo` is that one")
    problem: Problem | None = None


class UploadReceipt(Contract):
    """The result of an upload: one receipt per file, in the order of the request."""

    photos: tuple[PhotoReceipt, ...]
