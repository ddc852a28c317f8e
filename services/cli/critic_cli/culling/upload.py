"""Upload of a folder's photos to an album: several concurrent requests, several photos in each."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from critic_cli.culling.files_on_disk import FileState
from critic_cli.culling.journal import file_state
from critic_cli.culling.same_stem import Shot
from critic_cli.files.raw_preview import content_of
from critic_client import Albums
from critic_client.photo_files import upload_name
from critic_core.contracts.errors import CriticError, Problem
from critic_core.contracts.photo import PhotoReceipt

CONCURRENT_REQUESTS = 3
_MAX_PHOTOS, _MAX_BYTES = 10, 64_000_000  # of one request; at least one photo


@dataclass(frozen=True)
class UploadedShot:
    """A photo after its upload: its id, or its problem; `state` of the file before it was read."""

    shot: Shot
    photo_id: str | None = None
    problem: Problem | None = None
    state: FileState | None = None


def upload_all(albums: Albums, album_id: str, shots: list[Shot], folder: Path) -> Iterator[UploadedShot]:
    """Results in the order of completion, named by paths below `folder`.

    A bad file affects no other file; a lost server raises.
    """
    with ThreadPoolExecutor(CONCURRENT_REQUESTS) as pool:
        futures = [pool.submit(_upload, albums, album_id, batch, folder) for batch in _batches(shots)]
        try:
            for future in as_completed(futures):
                yield from future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def unreadable(shot: Shot, error: OSError) -> UploadedShot:
    """A file that cannot be read."""
    detail = f"The file cannot be read: {error.strerror or error}."
    problem = Problem(
        title="The file cannot be read", status=400, detail=detail, code="file_unreadable", permanent=True
    )
    return UploadedShot(shot, problem=problem)


def _batches(shots: list[Shot]) -> Iterator[list[Shot]]:
    batch, batch_bytes = list[Shot](), 0
    for shot in shots:
        size = _size(shot)
        if batch and (len(batch) >= _MAX_PHOTOS or batch_bytes + size > _MAX_BYTES):
            yield batch
            batch, batch_bytes = [], 0
        batch.append(shot)
        batch_bytes += size
    if batch:
        yield batch


def _upload(albums: Albums, album_id: str, batch: list[Shot], folder: Path) -> list[UploadedShot]:
    states = [file_state(shot) for shot in batch]
    try:
        names = [upload_name(shot.upload, folder) for shot in batch]
        receipts = albums.add(album_id, [content_of(shot.upload) for shot in batch], names)
    except OSError as error:
        return [unreadable(batch[0], error)] if len(batch) == 1 else _one_by_one(albums, album_id, batch, folder)
    except CriticError as error:
        if not error.permanent or len(batch) > 1:
            raise
        return [UploadedShot(batch[0], problem=error.problem())]
    return [_uploaded(*uploaded) for uploaded in zip(batch, receipts, states, strict=True)]


def _one_by_one(albums: Albums, album_id: str, batch: list[Shot], folder: Path) -> list[UploadedShot]:
    return [uploaded for shot in batch for uploaded in _upload(albums, album_id, [shot], folder)]


def _uploaded(shot: Shot, receipt: PhotoReceipt, state: FileState | None) -> UploadedShot:
    return UploadedShot(shot, receipt.photo.id if receipt.photo else None, receipt.problem, state)


def _size(shot: Shot) -> int:
    try:
        return shot.upload.stat().st_size
    except OSError:
        return 0
