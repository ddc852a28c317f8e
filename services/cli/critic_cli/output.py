"""Files to write, or standard output."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from critic_cli.errors import CommandError
from critic_cli.files.partial_file import partial_file
from critic_cli.options import STANDARD_STREAM


def check_outputs(*paths: Path | None) -> bool:
    """True if one of the outputs is standard output. CommandError for several."""
    count = paths.count(STANDARD_STREAM)
    if count > 1:
        raise CommandError("Only one output can go to standard output (-).")
    return count == 1


@contextmanager
def open_output(path: Path) -> Iterator[BinaryIO]:
    """A new file, or standard output for `-`; a failure leaves no file. CommandError for an unwritable path."""
    if path == STANDARD_STREAM:
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    try:
        with partial_file(path) as partial, partial.open("wb") as out:
            yield out
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}.") from None


def write_chunks(path: Path, chunks: Iterable[bytes]) -> None:
    """Write the chunks to a file or to standard output."""
    with open_output(path) as out:
        for chunk in chunks:
            out.write(chunk)
