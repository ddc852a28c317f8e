"""What a photo file on this disk says about itself, read without decoding pixels or loading the whole file."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from mmap import ACCESS_READ, mmap
from pathlib import Path

from critic_core.metadata.dates import parse_time
from critic_core.metadata.embedded import exposure_block
from critic_core.metadata.stated_choice import StatedChoice, of_file
from critic_core.metadata.tiff import read_tags

_TAKEN = 0x9003


def stated_in(file: Path) -> StatedChoice:
    """What a person said inside the file; nothing for an unreadable file."""
    try:
        with _mapped(file) as data:
            return of_file(data)
    except (OSError, ValueError):  # an empty file cannot be mapped
        return StatedChoice()


def exposure_time(file: Path) -> datetime | None:
    """The time of the exposure by the camera's clock, without zone; None where unknown."""
    try:
        with _mapped(file) as data:
            block = exposure_block(data)
            text = read_tags(block).get(_TAKEN) if block is not None else None
    except (OSError, ValueError):
        return None
    time = parse_time(text.decode("ascii", "replace").strip("\0 ")) if isinstance(text, bytes) else None
    return time.replace(tzinfo=None) if time else None


@contextmanager
def _mapped(file: Path) -> Iterator[mmap]:
    with file.open("rb") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as data:
        yield data
