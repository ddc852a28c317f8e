"""A photo on its way: what the job store keeps, what the queue carries and what the API tells."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from critic_core.contracts.base import Contract
from critic_core.contracts.critique import Critique
from critic_core.contracts.errors import Problem

CRITIQUE_TASK = "critic.critique_photo"  # the Celery task's name; its arguments are ids of photos for one model
CRITIQUE_QUEUE = "critic.photos"


class PhotoState(StrEnum):
    """`queued → running → done | failed`."""

    queued = "queued"
    running = "running"
    done = "done"
    failed = "failed"

    @property
    def final(self) -> bool:
        """True when nothing will change any more."""
        return self in (PhotoState.done, PhotoState.failed)


class Photo(Contract):
    """One photo: its state and, once there, its critique or the problem it has."""

    id: str = Field(description="UUIDv7")
    state: PhotoState
    file_name: str | None = Field(default=None, description="As the client called it; never used as a path")
    media_type: str = Field(description="Sniffed from the bytes")
    size_bytes: int
    sha256: str = Field(description="Of the uploaded bytes")
    model: str | None = Field(default=None, description="The model that was asked for; otherwise the worker chooses")
    album: str | None = Field(default=None, description="The album it belongs to")
    callback_url: str | None = Field(default=None, description="Where a webhook goes once it is done or failed")
    created_at: datetime
    expires_at: datetime = Field(description="When the photo and all about it is forgotten")
    deliveries: int = Field(default=0, description="How often a worker has taken it up")
    critique: Critique | None = None
    problem: Problem | None = None


class PhotoReceipt(Contract):
    """The answer about one file of an upload: either an accepted photo, or the problem with that file."""

    file_name: str | None
    photo: Photo | None = None
    duplicate: bool = Field(default=False, description="The album has a photo with the same bytes: `photo` is that one")
    problem: Problem | None = None


class UploadReceipt(Contract):
    """The answer to an upload, one entry a file, in the order sent."""

    photos: tuple[PhotoReceipt, ...]
