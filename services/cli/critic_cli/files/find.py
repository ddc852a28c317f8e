"""The photos among files and folders named on the command line."""

import os
from collections.abc import Iterator
from pathlib import Path

# Applies to folders only: a file named on the command line is sent whatever its suffix; the server reads its bytes.
PHOTO_SUFFIXES = frozenset((
    ".jpg", ".jpeg", ".jpe", ".png", ".apng", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff",
    ".avif", ".avifs", ".jxl", ".heic", ".heif", ".hif",
    ".cr2", ".cr3", ".nef", ".nrw", ".arw", ".sr2", ".srf", ".dng", ".raf", ".orf", ".rw2", ".rwl", ".pef",
    ".ptx", ".srw", ".3fr", ".fff", ".erf", ".mef", ".mos", ".iiq", ".dcr", ".kdc",
))  # fmt: skip


def find_photos(paths: list[Path]) -> list[Path]:
    """Files in the order of `paths`, the content of folders in alphabetical order, each file once."""
    found = (file for path in paths for file in (_below(path) if path.is_dir() else (path,)))
    return list(dict.fromkeys(found))


def _below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in PHOTO_SUFFIXES:
                yield Path(parent) / name
