"""Atomic writes: whoever is killed while writing leaves the previous file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """A new file beside `path`, hidden, which takes its place at the end of the block."""
    new = path.with_name(f".{path.name}.new")
    yield new
    new.replace(path)
