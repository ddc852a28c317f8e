"""Results of a batch: a file for each part, written once all its photos are finished; then the photos are deleted."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from critic_core.contracts.batch import BatchResult
from critic_core.contracts.errors import BatchNotFound, PhotoNotFound
from critic_core.contracts.photo import LARGE_FIELDS, Photo, PhotoState
from critic_core.runtime.storage import Storage, results_key
from critic_core.stores.batches import BatchLease, BatchPart, BatchRow, BatchStore
from critic_core.stores.jobs import JobStore
from critic_gateway.accounts.erasure import Erasure
from critic_gateway.http.storage_threads import in_storage_thread
from critic_gateway.http.stored_response import chunks_on_demand


@dataclass(frozen=True)
class BatchResults:
    """Writes and reads results."""

    batches: BatchStore
    jobs: JobStore
    storage: Storage
    erasure: Erasure

    def collect(self, lease: BatchLease, part: BatchPart) -> bool:
        """Write the results of a queued part and delete its photos. False while a photo is not finished.

        Every step can be repeated after an interruption. Raises LeaseLost.
        """
        if not part.written:
            if not self._finished(part):
                return False
            part = self._write(lease, part)
        for photo_id in part.photo_ids:
            self.erasure.delete_photo(photo_id)
        self.batches.forget_part(lease, part)
        return True

    async def open(self, batch_id: str, written: int) -> AsyncIterator[bytes]:
        """The results of the parts that are written, the first one open.

        Raises StorageUnavailable, or BatchNotFound for a batch that has just been deleted; a later part's error ends
        the iterator.
        """
        first = await self._part(batch_id, 0) if written else iter(())
        return self._stream(batch_id, written, first)

    async def _stream(self, batch_id: str, written: int, first: Iterator[bytes]) -> AsyncIterator[bytes]:
        for number in range(written):
            chunks = await self._part(batch_id, number) if number else first
            async for chunk in chunks_on_demand(chunks):
                yield chunk

    async def _part(self, batch_id: str, number: int) -> Iterator[bytes]:
        try:
            return await in_storage_thread(self.storage.reading, results_key(batch_id, number))
        except PhotoNotFound:
            raise BatchNotFound from None

    def _finished(self, part: BatchPart) -> bool:
        """Whether no photo is unfinished; deleted ones are gone."""
        return all(photo.state.final for photo in self.jobs.entries(part.photo_ids))

    def _write(self, lease: BatchLease, part: BatchPart) -> BatchPart:
        key = results_key(lease.batch_id, part.number)
        results = self._written_before(key, part)
        if len(results) != len(part.rows):
            results = [self._result(row) for row in part.rows]
            excluded = {"photo": LARGE_FIELDS}
            lines = (result.model_dump_json(exclude_none=True, exclude=excluded) + "\n" for result in results)
            self.storage.put(key, "".join(lines).encode())
        done = sum(result.photo is not None and result.photo.state is PhotoState.done for result in results)
        written = part.model_copy(update={"written": True})
        self.batches.save_parts(lease, written, done=done, failed=len(results) - done, written=1)
        return written

    def _written_before(self, key: str, part: BatchPart) -> list[BatchResult]:
        """The results of photos that are deleted: of a backup, Redis is older than the files."""
        if self.jobs.existing(part.photo_ids):
            return []
        try:
            return list(map(BatchResult.read, self.storage.get(key).splitlines()))
        except PhotoNotFound:
            return []

    def _result(self, row: BatchRow) -> BatchResult:
        photo: Photo | None = None
        problem = row.problem
        if problem is None:
            try:
                photo = self.jobs.get(row.photo_id)
            except PhotoNotFound as error:
                problem = error.problem()
        return BatchResult(line=row.line, reference=row.reference, photo=photo, problem=problem)
