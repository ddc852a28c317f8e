"""Parameters of the lists of an owner's photos and albums."""

from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field

from critic_core.contracts.account import PhotoEntry
from critic_core.contracts.album import AlbumPhoto, RankingOrder
from critic_core.contracts.critique import PhotoKind
from critic_core.contracts.photo import PhotoState, Reference
from critic_core.stores.owners import Filters, OwnerIndex
from critic_gateway.http import cursors
from critic_gateway.routes.fields import FIELDS, Excluded, chosen_fields, other_fields
from critic_gateway.routes.parameters import PageParams


def _ensure_text_of_time(value: object) -> object:
    if isinstance(value, str) and "T" not in value.upper():
        raise ValueError("a time as in RFC 3339, such as 2026-01-31T12:00:00Z")
    return value


Time = Annotated[AwareDatetime, BeforeValidator(_ensure_text_of_time)]
"""Pydantic alone also takes a number of seconds, which the contract does not have."""


class RankingParams(PageParams):
    """Parameters of a page of an album's ranking."""

    sort: RankingOrder = Field(
        default=RankingOrder.best, description="Photos that come first; `worst`: done ones alone."
    )
    kind: PhotoKind | None = Field(default=None, description="What the photos are of.")
    fields: chosen_fields(AlbumPhoto) = Field(  # type: ignore[valid-type]  # computed from the contract
        default=None, description=f"{FIELDS}."
    )

    @property
    def unwanted(self) -> Excluded:
        """The fields of a photo that the response leaves out."""
        return other_fields(AlbumPhoto, self.fields)


class ListParams(PageParams, extra="forbid"):
    """Page, prefix of the name, and time of creation."""

    name: str | None = Field(default=None, min_length=1, max_length=255, description="Beginning of the name.")
    created_since: Time | None = Field(default=None, description="Created at this time or later.")
    created_before: Time | None = Field(default=None, description="Created before this time.")

    def after(self, owner: str, kind: OwnerIndex) -> str | None:
        """The id before the page. Raises InvalidRequest for a cursor of another list or owner."""
        return cursors.decode_id(owner, kind, self.cursor)


class AlbumListParams(ListParams):
    """Parameters of the list of albums."""

    @property
    def filters(self) -> Filters:
        """The filters for the index."""
        return Filters({}, {"name": self.name} if self.name else {}, self.created_since, self.created_before)


class PhotoListParams(ListParams):
    """Parameters of the list of photos."""

    state: PhotoState | None = Field(default=None, description="State of the photos.")
    album: str | None = Field(default=None, max_length=36, description="Id of their album.")
    reference: Reference | None = Field(default=None, description="Their caller's own name.")
    fields: chosen_fields(PhotoEntry) = Field(  # type: ignore[valid-type]  # computed from the contract
        default=None, description=f"{FIELDS}."
    )

    @property
    def unwanted(self) -> Excluded:
        """The fields of an entry that the response leaves out."""
        return other_fields(PhotoEntry, self.fields)

    @property
    def filters(self) -> Filters:
        """The filters for the index."""
        fields = {"state": self.state, "album": self.album, "reference": self.reference}
        prefix = {"file_name": self.name} if self.name else {}
        equal = {name: str(value) for name, value in fields.items() if value is not None}
        return Filters(equal, prefix, self.created_since, self.created_before)
