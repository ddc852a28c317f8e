"""Share links: an album for somebody without an API key, and what they see of it."""

from datetime import datetime

from pydantic import Field

from critic_core.contracts.base import Contract


class SharePermissions(Contract):
    """What a share link allows besides viewing."""

    favourites: bool = Field(default=False, description="Viewers may mark favourites")
    originals: bool = Field(default=False, description="Viewers may download the uploaded files")
    file_names: bool = Field(default=False, description="Viewers see the names of the files")


class NewShare(SharePermissions):
    """The fields of a new share link; all of them are optional."""

    pin: str | None = Field(
        default=None, min_length=4, max_length=32, description="Required from viewers; stored as a slow hash only"
    )
    ttl_seconds: int | None = Field(
        default=None, ge=60, description="Time to live, seconds; default and limit: the rest of the album's"
    )


class Share(SharePermissions):
    """A share link as its owner sees it, without the token."""

    id: str = Field(description="UUIDv7")
    album: str = Field(description="Id of the album")
    pin_required: bool
    created_at: datetime
    expires_at: datetime


class CreatedShare(Share):
    """A new share link with its token, which is in no later response."""

    token: str = Field(description="43 characters; whoever has it sees the album")
    page: str = Field(description="Path of the gallery for the viewer; the token is in the fragment")


class SharesPage(Contract):
    """The valid share links of an album, oldest first."""

    shares: tuple[Share, ...]


class SharePin(Contract):
    """The PIN of a viewer."""

    pin: str = Field(min_length=1, max_length=32)


class SharePass(Contract):
    """The proof of a correct PIN, for the header X-Share-Pass."""

    share_pass: str
    expires_at: datetime


class SharedAlbum(SharePermissions):
    """An album as a viewer sees it."""

    name: str | None = None
    photos: int = Field(description="Photos that are done; only these are visible")
    expires_at: datetime = Field(description="When the share link expires")


class SharedPhoto(Contract):
    """A photo as a viewer sees it: no score, hash or metadata."""

    id: str
    width: int
    height: int
    file_name: str | None = Field(default=None, description="Only if the share link allows it")
    favourite: bool = False


class SharedPhotosPage(Contract):
    """A page of the visible photos, best first."""

    photos: tuple[SharedPhoto, ...]
    next_cursor: str | None = Field(default=None, description="Cursor of the next page; none after the last")
