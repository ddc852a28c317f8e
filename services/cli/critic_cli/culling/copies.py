"""Files with equal bytes: one is the photo, the others are its copies."""

from collections.abc import Iterator
from pathlib import Path

from critic_cli.culling.cull_folder import ShotsById
from critic_cli.files.names import printable

_MOST_LINES = 20


def copy_sentences(shots: ShotsById, folder: Path) -> Iterator[str]:
    """Each copy and its original, in words."""
    pairs = [(copy, same_bytes[0]) for same_bytes in shots.values() for copy in same_bytes[1:]]
    for copy, original in pairs[:_MOST_LINES]:
        name, of = (printable(shot.upload.relative_to(folder)) for shot in (copy, original))
        yield f"{name} is a copy of {of}."
    if len(pairs) > _MOST_LINES:
        yield f"And {len(pairs) - _MOST_LINES:,} other copies."
