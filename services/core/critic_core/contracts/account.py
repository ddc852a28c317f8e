"""An owner's photos and albums: lists, and the export of everything."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from critic_core.contracts.album import Album, Decisions, Summary
from critic_core.contracts.base import Contract
from critic_core.contracts.batch import Batch
from critic_core.contracts.errors import Problem
from critic_core.contracts.group_correction import GroupCorrection
from critic_core.contracts.photo import Photo, PhotoState, Reference
from critic_core.contracts.share import Share
from critic_core.contracts.taste import TasteExport
from critic_core.contracts.webhook import Delivery


class PhotoEntry(Contract):
    """A photo in the list of its owner."""

    id: str
    state: PhotoState
    file_name: str | None = None
    reference: Reference | None = None
    media_type: str
    size_bytes: int
    sha256: str
    album: str | None = Field(default=None, description="Id of its album")
    created_at: datetime
    expires_at: datetime
    summary: Summary | None = None
    problem: Problem | None = None


class PhotosPage(Contract):
    """Photos of the caller, newest first. With filters, a page may have fewer photos than `limit`, or none."""

    photos: tuple[PhotoEntry, ...]
    next_cursor: str | None = Field(default=None, description="Cursor of the next page; none after the last")


class AlbumsPage(Contract):
    """Albums of the caller, newest first. With filters, a page may have fewer albums than `limit`, or none."""

    albums: tuple[Album, ...]
    next_cursor: str | None = Field(default=None, description="Cursor of the next page; none after the last")


class AlbumRecord(Contract):
    """An album in the export of an account."""

    kind: Literal["album"] = "album"
    album: Album
    deliveries: tuple[Delivery, ...] = ()
    shares: tuple[Share, ...] = ()
    favourites: dict[str, int] = Field(default={}, description="Favourites of the share links' viewers, by photo")
    corrections: tuple[GroupCorrection, ...] = Field(default=(), description="Corrections of the groups")


class PhotoRecord(Contract):
    """A photo in the export of an account."""

    kind: Literal["photo"] = "photo"
    photo: Photo
    original: str = Field(description="Path of the uploaded bytes")
    decisions: Decisions | None = None
    deliveries: tuple[Delivery, ...] = ()


class BatchRecord(Contract):
    """A batch in the export of an account."""

    kind: Literal["batch"] = "batch"
    batch: Batch
    results: str = Field(description="Path of the results")
    deliveries: tuple[Delivery, ...] = ()


class TasteRecord(TasteExport):
    """The owner's taste in the export of an account."""

    kind: Literal["taste"] = "taste"


class ExportEnd(Contract):
    """The last record: an export without it was interrupted."""

    kind: Literal["end"] = "end"
    owner: str
    albums: int
    photos: int
