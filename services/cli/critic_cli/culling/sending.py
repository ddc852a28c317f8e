"""A folder's photos on their way to an album: several requests at a time, several photos in each."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from critic_cli.albums import Albums
from critic_cli.culling.shots import Shot
from critic_core.contracts.errors import CriticError, Problem
from critic_core.contracts.photo import PhotoReceipt

REQUESTS_AT_A_TIME = 3
_PHOTOS, _BYTES = 10, 64_000_000  # of one request; at least one photo


@dataclass(frozen=True)
class Arrival:
    """What became of one photo that was sent."""

    shot: Shot
    photo_id: str | None = None
    problem: Problem | None = None


def send_all(albums: Albums, album_id: str, shots: list[Shot]) -> Iterator[Arrival]:
    """What became of each, as they come. One bad file stops no other; a server that is gone stops all (raises)."""
    with ThreadPoolExecutor(REQUESTS_AT_A_TIME) as pool:
        futures = [pool.submit(_send, albums, album_id, together) for together in _requests(shots)]
        try:
            for future in as_completed(futures):
                yield from future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def unreadable(shot: Shot, error: OSError) -> Arrival:
    """The file cannot be read: a problem of its own."""
    detail = f"The file cannot be read: {error.strerror or error}."
    problem = Problem(
        title="The file cannot be read", status=400, detail=detail, code="file_unreadable", permanent=True
    )
    return Arrival(shot, problem=problem)


def _requests(shots: list[Shot]) -> Iterator[list[Shot]]:
    together, size = list[Shot](), 0
    for shot in shots:
        own = _size(shot)
        if together and (len(together) >= _PHOTOS or size + own > _BYTES):
            yield together
            together, size = [], 0
        together.append(shot)
        size += own
    if together:
        yield together


def _send(albums: Albums, album_id: str, together: list[Shot]) -> list[Arrival]:
    try:
        receipts = albums.add(album_id, [shot.sent for shot in together])
    except OSError as error:
        return [unreadable(together[0], error)] if len(together) == 1 else _each(albums, album_id, together)
    except CriticError as error:
        if not error.permanent or len(together) > 1:
            raise
        return [Arrival(together[0], problem=error.problem())]
    return [_arrival(shot, receipt) for shot, receipt in zip(together, receipts, strict=True)]


def _each(albums: Albums, album_id: str, together: list[Shot]) -> list[Arrival]:
    return [arrival for shot in together for arrival in _send(albums, album_id, [shot])]


def _arrival(shot: Shot, receipt: PhotoReceipt) -> Arrival:
    return Arrival(shot, receipt.photo.id if receipt.photo else None, receipt.problem)


def _size(shot: Shot) -> int:
    try:
        return shot.sent.stat().st_size
    except OSError:
        return 0
