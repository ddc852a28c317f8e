"""Parameters of the lists of an owner's photos and albums."""

from pydantic import AwareDatetime, BaseModel, Field

from critic_core.contracts.photo import PhotoState
from critic_core.stores.owners import Filters, Kind
from critic_gateway.albums import cursors

MAX_PAGE_SIZE = 1000


class ListParams(BaseModel, extra="forbid"):
    """Page, prefix of the name, and time of creation."""

    cursor: str | None = Field(default=None, max_length=200, description="`next_cursor` of the previous page.")
    limit: int = Field(default=100, ge=1, le=MAX_PAGE_SIZE, description="Page size.")
    name: str | None = Field(default=None, min_length=1, max_length=255, description="Beginning of the name.")
    created_since: AwareDatetime | None = Field(default=None, description="Created at this time or later.")
    created_before: AwareDatetime | None = Field(default=None, description="Created before this time.")

    def after(self, owner: str, kind: Kind) -> str | None:
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

    @property
    def filters(self) -> Filters:
        """The filters for the index."""
        fields = {"state": self.state, "album": self.album}
        prefix = {"file_name": self.name} if self.name else {}
        equal = {name: str(value) for name, value in fields.items() if value is not None}
        return Filters(equal, prefix, self.created_since, self.created_before)
