"""Options of an upload."""

from dataclasses import dataclass

from critic_core.contracts.album import Album


@dataclass(frozen=True)
class UploadOptions:
    """Model, album and webhook of an upload's photos."""

    model: str | None = None
    album: Album | None = None
    callback_url: str | None = None
