"""Files on their way to a server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def shown_name(path: Path) -> str:
    """A file's name that can be printed and sent, whatever bytes it has on disk."""
    return path.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@contextmanager
def opened(photo: Path | bytes) -> Iterator[IO[bytes] | bytes]:
    """What httpx sends: the bytes themselves, or the file."""
    if isinstance(photo, bytes):
        yield photo
        return
    with photo.open("rb") as file:
        yield file


def name_of(photo: Path | bytes) -> str:
    """What the server is told that the photo is called."""
    return "photo" if isinstance(photo, bytes) else shown_name(photo)
