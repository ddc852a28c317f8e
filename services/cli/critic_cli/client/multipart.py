"""Photos as files of a multipart request."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def open_photo(photo: Path | bytes) -> Iterator[IO[bytes] | bytes]:
    """A photo in a form that httpx sends: bytes, or an open file."""
    if isinstance(photo, bytes):
        yield photo
        return
    with photo.open("rb") as file:
        yield file
