"""New files that appear whole, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def partial_file(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its place at the end of the block; a failure deletes it."""
    partial = path.with_name(f"{path.name}.part")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
