"""A batch: many photos by a manifest of JSON lines, with their results as JSON lines."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from critic_core.contracts.base import Contract
from critic_core.contracts.errors import Problem
from critic_core.contracts.photo import Metadata, Photo, Reference
from critic_core.contracts.photo_source import PhotoSource

JSON_LINES = "application/x-ndjson"


class BatchLine(PhotoSource):
    """A line of a manifest: a photo, with its caller's own name and values."""

    reference: Reference | None = None
    metadata: Metadata | None = None


class BatchState(StrEnum):
    """`running → done | cancelled`."""

    running = "running"
    done = "done"
    cancelled = "cancelled"


class Batch(Contract):
    """A batch with its progress. Results of earlier lines are written before those of later ones."""

    id: str = Field(description="UUIDv7")
    state: BatchState
    model: str | None = Field(default=None, description="The requested model; none: the server's default")
    lines: int = Field(description="Photos of the manifest")
    queued: int = Field(description="Photos queued so far, and lines without a usable photo")
    done: int = Field(description="Results with a critique")
    failed: int = Field(description="Results with a problem")
    callback_url: str | None = Field(default=None, description="Notified by a webhook when the batch ends")
    delay: Problem | None = Field(default=None, description="Why no further line is queued now: overload, quota, …")
    created_at: datetime
    finished_at: datetime | None = Field(default=None, description="When the last result was written")
    expires_at: datetime = Field(description="When the batch is deleted with its results; each new result defers it")


class BatchesPage(Contract):
    """Batches of the caller, newest first."""

    batches: tuple[Batch, ...]
    next_cursor: str | None = Field(default=None, description="Cursor of the next page; none after the last")


class BatchResult(Contract):
    """A line of the results: the photo with its critique or problem, or the problem of a line without a photo."""

    line: int = Field(description="Number of the line in the manifest, from 1")
    reference: Reference | None = None
    photo: Photo | None = None
    problem: Problem | None = None
