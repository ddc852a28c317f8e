"""What exports are handed here: proposals out of the answer that is kept, pictures out of storage."""

from collections.abc import Iterator
from urllib.parse import quote

from critic_core.contracts.album import Album, Proposal
from critic_core.exports.archive_names import safe
from critic_core.exports.export import Export
from critic_core.runtime.storage import Storage, photo_key, preview_key
from critic_core.stores.album_results import Where
from critic_gateway.albums.queries import page
from critic_gateway.dependencies import Parts

AT_ONCE = 500


class StoredPictures:
    """Pictures as they lie in storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def original(self, photo_id: str) -> Iterator[bytes]:
        """The bytes that were uploaded, piece by piece. PhotoNotFound when they are gone."""
        return self._storage.reading(photo_key(photo_id))

    def preview(self, photo_id: str) -> bytes:
        """A small JPEG. PhotoNotFound when it is gone."""
        return self._storage.get(preview_key(photo_id))


def proposals(where: Where, token: str, parts: Parts) -> Iterator[Proposal]:
    """All of a selection, some hundred at a time."""
    first, more = 0, True
    while more:
        told = page(where, token, first, AT_ONCE, parts)
        yield from (Proposal.read(row) for row in told.rows)
        first, more = first + AT_ONCE, told.more


def disposition(album: Album, export: Export) -> str:
    """`Content-Disposition` with the album's name (RFC 6266)."""
    name = f"{safe(album.name or '') or 'album'}.{export.suffix}"
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
