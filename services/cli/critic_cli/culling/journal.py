"""The journal of uploaded photos, from which an interrupted run resumes. Stored outside of the photo folder.

One line of JSON a photo, appended as soon as it is uploaded: a crash loses no line.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from critic_cli.culling.files_on_disk import FileState, replace_file, state_of
from critic_cli.culling.removed_decisions import RemovedDecisions
from critic_cli.culling.same_stem import Shot, picture_name
from critic_cli.folders import state_folder


@dataclass(frozen=True)
class JournalEntry:
    """A file's state at its upload, and the id of its photo."""

    path: str
    size: int
    changed_ns: int
    photo_id: str


class Journal:
    """The journal of one folder on one server."""

    def __init__(self, folder: Path, url: str, state: Path | None = None) -> None:
        name = hashlib.sha256(f"{folder.resolve()}\n{url}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
        self._file = (state or state_folder()) / "culling" / f"{name}.jsonl"
        self._entries: dict[str, JournalEntry] = {}
        self.decisions = RemovedDecisions(self._file.with_suffix(".decisions.json"))

    def load(self) -> str | None:
        """Load the entries of the last run; its album id, or None without a journal. A damaged line costs that line."""
        try:
            text = self._file.read_text("utf-8", "replace")
            header, *lines = text.splitlines()
            album_id = str(json.loads(header)["album"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        self._entries = {entry.path: entry for entry in map(_entry, lines) if entry is not None}
        if not text.endswith("\n"):  # a crash cut the last line short
            with self._file.open("a", encoding="utf-8") as file:
                file.write("\n")
        return album_id

    def begin(self, album_id: str) -> None:
        """Start an empty journal."""
        self._entries.clear()
        self.decisions.clear()
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file.write_text(json.dumps({"album": album_id}) + "\n", "utf-8")

    def photo_id(self, shot: Shot) -> str | None:
        """The id of an uploaded file's photo; None for a file that is new, has changed or is not there."""
        entry = self._entries.get(_path(shot))
        return entry.photo_id if entry and file_state(shot) in {(entry.size, entry.changed_ns), None} else None

    def find(self, file: Path) -> str | None:
        """The id of the photo of a file, or of a file of its picture: a shot's RAW file is not uploaded."""
        path = Path(_text(file))
        same_picture = (entry for entry in self._entries.values() if _picture(Path(entry.path)) == _picture(path))
        found = self._entries.get(str(path)) or next(same_picture, None)
        return found.photo_id if found else None

    def photo_ids(self) -> set[str]:
        """The photos of all entries."""
        return {entry.photo_id for entry in self._entries.values()}

    def photo_ids_below(self, folders: Iterable[Path]) -> set[str]:
        """The photos of entries inside of folders."""
        roots = [Path(_text(folder)) for folder in folders]
        inside = (entry for entry in self._entries.values() if any(map(Path(entry.path).is_relative_to, roots)))
        return {entry.photo_id for entry in inside}

    def forget(self, photo_ids: set[str]) -> None:
        """Remove the entries of photos that left the album."""
        self._entries = {path: entry for path, entry in self._entries.items() if entry.photo_id not in photo_ids}
        header = self._file.read_text("utf-8", "replace").splitlines()[0]
        lines = [header, *(json.dumps(entry.__dict__) for entry in self._entries.values())]
        replace_file(self._file, "".join(f"{line}\n" for line in lines).encode())

    def append(self, shot: Shot, photo_id: str, state: FileState | None = None) -> None:
        """Record an upload of a file in that state, by default its present one."""
        size, changed = state or file_state(shot) or (-1, -1)
        entry = self._entries[_path(shot)] = JournalEntry(_path(shot), size, changed, photo_id)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(entry.__dict__)}\n")


def _entry(line: str) -> JournalEntry | None:
    try:
        return JournalEntry(**json.loads(line))
    except (ValueError, TypeError):
        return None


def _picture(path: Path) -> tuple[Path, str]:
    return path.parent, picture_name(path)


def _path(shot: Shot) -> str:
    return _text(shot.upload)


def _text(file: Path) -> str:
    return os.fsencode(file.parent.resolve() / file.name).decode("utf-8", "surrogateescape")


def file_state(shot: Shot) -> FileState | None:
    """The state of the uploaded file, −1 for a missing one; None for a file that is there and cannot be read, so that
    it does not count as changed.
    """
    try:
        return state_of(shot.upload)
    except FileNotFoundError:
        return -1, -1
    except OSError:
        return None
