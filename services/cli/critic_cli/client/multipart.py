"""Photos as files of a multipart request."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from critic_cli.files.raw_preview import exceeds_limit, preview_of


@contextmanager
def open_photo(photo: Path | bytes) -> Iterator[IO[bytes] | bytes]:
    """A photo in a form that httpx sends: bytes, or an open file. RAW files beyond the limit go by their preview.

    Raises OSError, and PhotoTooLarge for a RAW file without a preview.
    """
    if isinstance(photo, bytes):
        yield photo
        return
    if exceeds_limit(photo):
        yield preview_of(photo)
        return
    with photo.open("rb") as file:
        yield file
