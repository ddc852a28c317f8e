"""The photos among files and folders named on the command line."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

from critic_cli.files.kinds import PHOTO_SUFFIXES
from critic_cli.files.names import printable
from critic_core.metadata.foreign_folders import is_foreign
from critic_core.metadata.natural_order import natural_key

KEEPERS_MARK = ".photo-critic-keepers"
"""A file in a folder of copied keepers: the folder is no part of the shoot around it."""


@dataclass(frozen=True)
class FoundPhotos:
    """Photos in order, the number of photos passed over by reason, and the folders that cannot be read."""

    files: list[Path] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    unreadable: list[Path] = field(default_factory=list)

    def skipped_sentence(self) -> str:
        """What was passed over, in words; empty for nothing."""
        counts = ", ".join(f"{count:,} in {reason}" for reason, count in sorted(self.skipped.items()))
        folders = ", ".join(printable(str(folder)) for folder in self.unreadable)
        sentences = (f"Passed over: {counts}." if counts else "", f"Cannot be read: {folders}." if folders else "")
        return " ".join(filter(None, sentences))


def find_photos(paths: Sequence[Path], exclude: Sequence[str] = (), targets: Sequence[Path] = ()) -> FoundPhotos:
    """Files in the order of `paths`, the content of folders in natural order, each file once.

    `exclude`: patterns of names, or of paths below a folder of `paths`. `targets`: folders of copied keepers. A file
    named on the command line counts whatever its suffix; the server reads its bytes.
    """
    found = FoundPhotos()
    resolved = {target.resolve() for target in targets}
    for path in paths:
        found.files.extend(_Walk(path, exclude, resolved, found).photos() if path.is_dir() else [path])
    return replace(found, files=list(dict.fromkeys(found.files)))


@dataclass(frozen=True)
class _Walk:
    """One folder with its subfolders."""

    root: Path
    exclude: Sequence[str]
    targets: set[Path]
    found: FoundPhotos

    def photos(self) -> Iterator[Path]:
        for parent, folders, names in os.walk(self.root, onerror=self._record_error):
            folder = Path(parent)
            reasons = {name: self._reason(folder / name) for name in folders}
            for name, reason in reasons.items():
                self._count(folder / name, reason)
            folders[:] = sorted((name for name, reason in reasons.items() if not reason), key=natural_key)
            yield from self._photos_of(folder, names)

    def _record_error(self, error: OSError) -> None:
        self.found.unreadable.append(Path(error.filename))

    def _photos_of(self, folder: Path, names: list[str]) -> Iterator[Path]:
        for name in sorted(filter(is_photo, names), key=natural_key):
            if self._excluded(folder / name):
                self.found.skipped["--exclude"] += 1
            else:
                yield folder / name

    def _reason(self, folder: Path) -> str:
        """Why a folder is passed over; empty for a folder of the shoot."""
        if is_foreign(folder.name):
            return folder.name
        if self._excluded(folder):
            return "--exclude"
        if (folder / KEEPERS_MARK).exists() or (self.targets and folder.resolve() in self.targets):
            return f"{folder.name} (copied keepers)"
        return ""

    def _count(self, folder: Path, reason: str) -> None:
        photos = sum(is_photo(name) for _, _, names in os.walk(folder) for name in names) if reason else 0
        if photos:
            self.found.skipped[reason] += photos

    def _excluded(self, path: Path) -> bool:
        inside = path.relative_to(self.root).as_posix().casefold()
        return any(
            fnmatchcase(text, pattern.casefold().rstrip("/"))
            for pattern in self.exclude
            for text in (inside, path.name.casefold())
        )


def is_photo(name: str) -> bool:
    """True for a file name with the suffix of a photo format."""
    return not name.startswith(".") and Path(name).suffix.lower() in PHOTO_SUFFIXES
