"""Everything of an owner as JSON lines, one record at a time, so that an account of any size needs little memory."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from critic_core.contracts.account import AlbumRecord, BatchRecord, ExportEnd, PhotoRecord, TasteRecord
from critic_core.contracts.album import Album, Decisions
from critic_core.contracts.base import Contract
from critic_core.contracts.errors import AlbumNotFound, BatchNotFound, PhotoNotFound
from critic_core.contracts.photo import Photo
from critic_core.stores.albums import AlbumStore
from critic_core.stores.batches import BatchStore
from critic_core.stores.deliveries import DeliveryStore
from critic_core.stores.group_corrections import GroupCorrectionStore
from critic_core.stores.jobs import JobStore
from critic_core.stores.owners import OwnerIndex, OwnerStore
from critic_core.stores.shares import ShareStore
from critic_core.stores.tastes import TasteStore

PAGE = 100


@dataclass(frozen=True)
class AccountExport:
    """Reads the albums, photos and batches of an owner, newest first."""

    jobs: JobStore
    albums: AlbumStore
    owners: OwnerStore
    deliveries: DeliveryStore
    shares: ShareStore
    corrections: GroupCorrectionStore
    tastes: TasteStore
    batches: BatchStore

    def lines(self, owner: str) -> Iterator[bytes]:
        """A line per album, photo and batch, the taste, the end with numbers; without what is deleted meanwhile."""
        counts = dict.fromkeys(OwnerIndex, 0)
        for kind, read in ((OwnerIndex.albums, self._album), (OwnerIndex.photos, self._photo)):
            for subject_id in self._ids(owner, kind):
                with suppress(AlbumNotFound, PhotoNotFound):
                    yield _line(read(subject_id))
                    counts[kind] += 1
        for batch_id in self._ids(owner, OwnerIndex.batches):
            with suppress(BatchNotFound):
                yield _line(self._batch(batch_id, owner))
        if taste := self.tastes.export(owner):
            yield _line(TasteRecord(taste=taste.taste, model=taste.model))
        yield _line(ExportEnd(owner=owner, albums=counts[OwnerIndex.albums], photos=counts[OwnerIndex.photos]))

    def _ids(self, owner: str, kind: OwnerIndex) -> Iterator[str]:
        page = self.owners.find(owner, kind, PAGE)
        yield from page.ids
        while page.following:
            page = self.owners.find(owner, kind, PAGE, page.following)
            yield from page.ids

    def _album(self, album_id: str) -> AlbumRecord:
        album: Album = self.albums.get(album_id)
        return AlbumRecord(
            album=album,
            deliveries=tuple(self.deliveries.of(f"album:{album_id}")),
            shares=tuple(self.shares.of(album_id)),
            favourites=self.shares.count_favourites(album_id),
            corrections=self.corrections.of(album_id),
        )

    def _batch(self, batch_id: str, owner: str) -> BatchRecord:
        return BatchRecord(
            batch=self.batches.get(batch_id, owner).batch,
            results=f"/v1/batches/{batch_id}/results",
            deliveries=tuple(self.deliveries.of(f"batch:{batch_id}")),
        )

    def _photo(self, photo_id: str) -> PhotoRecord:
        photo = self.jobs.get(photo_id)
        return PhotoRecord(
            photo=photo,
            original=f"/v1/photos/{photo_id}/original",
            decisions=self._decisions(photo),
            deliveries=tuple(self.deliveries.of(f"photo:{photo_id}")),
        )

    def _decisions(self, photo: Photo) -> Decisions | None:
        decisions = self.albums.decisions(photo.album, photo.id) if photo.album else Decisions()
        return decisions if decisions.history else None


def _line(record: Contract) -> bytes:
    return record.model_dump_json(exclude_none=True).encode() + b"\n"
