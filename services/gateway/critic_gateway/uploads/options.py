"""Options of an upload."""

from dataclasses import dataclass

from critic_core.contracts.album import Album
from critic_core.contracts.webhook import CallbackDetail, PhotoEvent


@dataclass(frozen=True)
class UploadOptions:
    """Model, album and webhook of an upload's photos."""

    model: str | None = None
    album: Album | None = None
    callback_url: str | None = None
    callback_events: tuple[PhotoEvent, ...] | None = None
    callback_details: tuple[CallbackDetail, ...] | None = None
