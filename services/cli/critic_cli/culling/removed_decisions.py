"""Decisions about photos that left the album, until their files are in it again. Stored beside the journal."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from critic_cli.culling.files_on_disk import replace_file
from critic_core.contracts.album import AlbumPhoto, Decision


class RestoredTime(BaseModel):
    """When a decision was made, and when it was restored, which is its time in the album."""

    made_at: datetime
    restored_at: datetime


class DecisionFile(BaseModel):
    """Decisions by the photo's SHA-256 digest, and by its path; times of the restored ones by the photo's id."""

    by_digest: dict[str, Decision] = {}
    by_path: dict[str, Decision] = {}
    restored: dict[str, RestoredTime] = {}

    def decision_about(self, photo: AlbumPhoto) -> Decision | None:
        """The decision about the same bytes, else about a photo of the same path."""
        return self.by_digest.get(photo.sha256) or self.by_path.get(_path(photo))

    def made_at(self, photo: AlbumPhoto) -> datetime | None:
        """When the decision about a photo was made: if restored, before its time in the album. None: undecided."""
        if photo.decision is None:
            return None
        times = self.restored.get(photo.id)
        return times.made_at if times and times.restored_at == photo.decision.at else photo.decision.at


class RemovedDecisions:
    """The decisions of one journal."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def load(self) -> DecisionFile:
        """The content; nothing from a missing or damaged file."""
        try:
            return DecisionFile.model_validate_json(self._file.read_bytes())
        except (OSError, ValueError):
            return DecisionFile()

    def add(self, photos: Iterable[AlbumPhoto]) -> None:
        """Store the decisions about photos; a later one about the same photo replaces the earlier one."""
        stored = self.load()
        for photo in photos:
            if photo.decision is not None:
                decision = photo.decision.model_copy(update={"at": stored.made_at(photo)})
                stored.by_digest[photo.sha256] = stored.by_path[_path(photo)] = decision
        self._write(stored)

    def end_restoration(self, photos: Iterable[AlbumPhoto], restored: dict[str, RestoredTime]) -> None:
        """At the end of a run: equal bytes may return in a later one, and a path may then be another picture's."""
        stored = self.load()
        digests, ids = {photo.sha256 for photo in photos}, {photo.id for photo in photos}
        by_digest = {digest: decision for digest, decision in stored.by_digest.items() if digest not in digests}
        times = {photo_id: time for photo_id, time in (stored.restored | restored).items() if photo_id in ids}
        self._write(DecisionFile(by_digest=by_digest, restored=times))

    def clear(self) -> None:
        """Forget all decisions."""
        self._file.unlink(missing_ok=True)

    def _write(self, content: DecisionFile) -> None:
        if content != DecisionFile():
            replace_file(self._file, content.model_dump_json().encode())
        else:
            self.clear()


def _path(photo: AlbumPhoto) -> str:
    return photo.path or photo.file_name or photo.id
