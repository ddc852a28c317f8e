"""Decisions about photos that left the album, until their files are in it again. Stored beside the journal."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel

from critic_cli.culling.files_on_disk import replace_file
from critic_core.contracts.album import AlbumPhoto, Choice


class Decisions(BaseModel):
    """Choices by the photo's SHA-256 digest, and by its path."""

    by_digest: dict[str, Choice] = {}
    by_path: dict[str, Choice] = {}

    def __bool__(self) -> bool:
        return bool(self.by_digest or self.by_path)

    def of(self, photo: AlbumPhoto) -> Choice | None:
        """The choice about the same bytes, else about a photo of the same path."""
        return self.by_digest.get(photo.sha256) or self.by_path.get(_path(photo))


class RemovedDecisions:
    """The decisions of one journal."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def load(self) -> Decisions:
        """All decisions; none from a missing or damaged file."""
        try:
            return Decisions.model_validate_json(self._file.read_bytes())
        except (OSError, ValueError):
            return Decisions()

    def add(self, photos: Iterable[AlbumPhoto]) -> None:
        """Store the decisions about photos; a later one about the same photo replaces the earlier one."""
        stored = self.load()
        for photo in photos:
            if photo.decision is not None:
                choice = Choice(flag=photo.decision.flag, stars=photo.decision.stars)
                stored.by_digest[photo.sha256] = stored.by_path[_path(photo)] = choice
        self._write(stored)

    def forget_restored(self, photos: Iterable[AlbumPhoto]) -> None:
        """At the end of a run: equal bytes may return in a later one, and a path may then be another picture's."""
        stored, present = self.load(), {photo.sha256 for photo in photos}
        remaining = {digest: choice for digest, choice in stored.by_digest.items() if digest not in present}
        if stored:
            self._write(Decisions(by_digest=remaining))

    def clear(self) -> None:
        """Forget all decisions."""
        self._file.unlink(missing_ok=True)

    def _write(self, decisions: Decisions) -> None:
        if decisions:
            replace_file(self._file, decisions.model_dump_json().encode())
        else:
            self.clear()


def _path(photo: AlbumPhoto) -> str:
    return photo.path or photo.file_name or photo.id
