"""Sources of exports: proposals from a stored result, pictures from storage."""

from collections.abc import Iterator
from urllib.parse import quote

from critic_core.contracts.album import Album, Proposal
from critic_core.exports.archive_names import safe
from critic_core.exports.export import Export
from critic_core.runtime.storage import Storage, photo_key, preview_key
from critic_core.stores.album_results import SectionKey
from critic_gateway.albums.queries import AlbumQueries

ROWS_PER_READ = 500


class StoredPictures:
    """Pictures in storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def original(self, photo_id: str) -> Iterator[bytes]:
        """The uploaded bytes in chunks. PhotoNotFound after a deletion."""
        return self._storage.reading(photo_key(photo_id))

    def preview(self, photo_id: str) -> bytes:
        """A small JPEG. PhotoNotFound after a deletion."""
        return self._storage.get(preview_key(photo_id))


def proposals(queries: AlbumQueries, key: SectionKey, token: str) -> Iterator[Proposal]:
    """All proposals of a selection, read in pages."""
    following: int | None = 0
    while following is not None:
        page = queries.page(key, token, following, ROWS_PER_READ)
        yield from (Proposal.read(row) for row in page.rows)
        following = page.following


def content_disposition(album: Album, export: Export) -> str:
    """`Content-Disposition` with the album's name (RFC 6266)."""
    name = f"{safe(album.name or '') or 'album'}.{export.suffix}"
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
