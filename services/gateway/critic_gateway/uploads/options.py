"""Options of an upload."""

from dataclasses import dataclass
from datetime import datetime

from critic_core.contracts.album import Album
from critic_core.contracts.webhook import CallbackDetail, PhotoEvent


@dataclass(frozen=True)
class Note:
    """The caller's own reference and values for an upload's photos."""

    reference: str | None = None
    metadata: dict[str, str] | None = None


@dataclass(frozen=True)
class UploadOptions:
    """Model, album, webhook and note of an upload's photos; their end, unless the album or the settings say it."""

    model: str | None = None
    album: Album | None = None
    callback_url: str | None = None
    callback_events: tuple[PhotoEvent, ...] | None = None
    callback_details: tuple[CallbackDetail, ...] | None = None
    note: Note = Note()
    expires_at: datetime | None = None
