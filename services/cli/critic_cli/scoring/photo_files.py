"""Which files are meant: those named, and the photos in the folders named."""

import os
from collections.abc import Iterator
from pathlib import Path

# Only for walking folders; a file that is named is sent whatever it is called, and judged by its bytes.
PHOTO_SUFFIXES = frozenset((
    ".jpg", ".jpeg", ".jpe", ".png", ".apng", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff",
    ".avif", ".avifs", ".heic", ".heif", ".hif",
    ".cr2", ".cr3", ".nef", ".nrw", ".arw", ".sr2", ".srf", ".dng", ".raf", ".orf", ".rw2", ".rwl",
))  # fmt: skip


def find_photos(named: list[Path]) -> list[Path]:
    """Files in the order named, folders walked in the order of their names, each file once."""
    found = (file for path in named for file in (_below(path) if path.is_dir() else (path,)))
    return list(dict.fromkeys(found))


def _below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in PHOTO_SUFFIXES:
                yield Path(parent) / name
