"""Deletion of photos, albums, and everything of an owner. Every step can be repeated after an interruption."""

from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic, time

from critic_core.contracts.errors import AlbumNotFound
from critic_core.runtime.logs import logger
from critic_core.runtime.storage import Storage, batch_folder, uploads_folder
from critic_core.stores.albums import AlbumStore
from critic_core.stores.batches import BatchStore
from critic_core.stores.jobs import JobStore
from critic_core.stores.owners import OwnerIndex, OwnerStore
from critic_core.stores.photo_deletion import delete_photo
from critic_core.stores.tastes import TasteStore

PAGE = 100

log = logger(__name__)


@dataclass(frozen=True)
class Erasure:
    """Deletes records and bytes."""

    jobs: JobStore
    albums: AlbumStore
    owners: OwnerStore
    tastes: TasteStore
    batches: BatchStore
    storage: Storage

    def delete_photo(self, photo_id: str) -> None:
        """Delete the photo and its bytes; the reaper resumes an interrupted deletion."""
        delete_photo(self.jobs, self.storage, photo_id)
        log.info("photo_deleted", photo_id=photo_id)

    def hide_album(self, album_id: str) -> None:
        """Hide the album at once; a worker deletes its photos. Raises AlbumNotFound."""
        self.albums.mark_deleted(album_id)
        log.info("album_deleted", album_id=album_id)

    def delete_batch(self, batch_id: str) -> None:
        """Hide the batch, then delete its photos, manifest and results; a runner resumes an interrupted deletion."""
        self.batches.hide(batch_id, time())
        for part in self.batches.unfinished_parts(batch_id):
            for photo_id in part.photo_ids:
                self.delete_photo(photo_id)
        self.storage.delete_folder(batch_folder(batch_id))
        self.batches.purge(batch_id)
        log.info("batch_deleted", batch_id=batch_id)

    def erase(self, owner: str, seconds: float) -> bool:
        """Delete everything of an owner. False after so many seconds with data left: call again.

        Uploads in progress are safe: their photos exist entirely or not at all, and one that is created later than the
        last look at the index stays, as a photo sent after the erasure would.
        """
        deadline, hidden = monotonic() + seconds, list[str]()
        try:
            self.tastes.delete(owner)
            self.storage.delete_folder(uploads_folder(owner))
            self.owners.delete_idempotency_keys(owner)
            for batch_id in self._all(owner, OwnerIndex.batches, deadline):
                self.delete_batch(batch_id)
            for album_id in self._all(owner, OwnerIndex.albums, deadline):
                hidden.append(album_id)
                self._hide_or_purge(album_id)
            for photo_id in self._all(owner, OwnerIndex.photos, deadline):
                self.delete_photo(photo_id)
        except TimeoutError:
            return False
        for album_id in hidden:
            self.albums.purge(album_id)
        return True

    def _all(self, owner: str, kind: OwnerIndex, deadline: float) -> Iterator[str]:
        """Every id of an index that empties meanwhile. Raises TimeoutError."""
        while ids := self.owners.find(owner, kind, PAGE).ids:
            for subject_id in ids:
                if monotonic() > deadline:
                    raise TimeoutError
                yield subject_id

    def _hide_or_purge(self, album_id: str) -> None:
        try:
            self.hide_album(album_id)
        except AlbumNotFound:  # it has just expired
            self.albums.purge(album_id)
