"""What was sent already, so that the next run goes on where this one was interrupted. Never kept among the photos.

One line of JSON for each photo, written as it is sent: whatever ends the run, what was sent is known.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from critic_cli.culling.shots import Shot


@dataclass(frozen=True)
class Sent:
    """A file as it was when it was sent, and the photo that it became."""

    path: str
    size: int
    changed_ns: int
    photo_id: str


class Journal:
    """The journal of one folder on one server."""

    def __init__(self, folder: Path, url: str, state: Path | None = None) -> None:
        name = hashlib.sha256(f"{folder.resolve()}\n{url}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
        self._file = (state or state_folder()) / "culling" / f"{name}.jsonl"
        self._sent: dict[str, Sent] = {}

    def album(self) -> str | None:
        """The album of the last run; None when there was none. What it had sent is known afterwards."""
        try:
            lines = [json.loads(line) for line in self._file.read_text("utf-8").splitlines()]
            album, *sent = lines
            self._sent = {each["path"]: Sent(**each) for each in sent}
            return str(album["album"])
        except (OSError, ValueError, KeyError, TypeError):  # none, or cut short by whatever ended the run
            return None

    def begin(self, album_id: str) -> None:
        """Begin anew."""
        self._sent.clear()
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file.write_text(json.dumps({"album": album_id}) + "\n", "utf-8")

    def photo(self, shot: Shot) -> str | None:
        """The photo that this file became, if it has not changed since it was sent."""
        sent = self._sent.get(_path(shot))
        return sent.photo_id if sent and (sent.size, sent.changed_ns) == _state(shot) else None

    def keep(self, shot: Shot, photo_id: str) -> None:
        """Remember that it was sent."""
        size, changed = _state(shot)
        sent = self._sent[_path(shot)] = Sent(_path(shot), size, changed, photo_id)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(sent.__dict__) + "\n")


def state_folder() -> Path:
    """Where programs keep what they remember (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "photo-critic"


def _path(shot: Shot) -> str:
    return os.fsencode(shot.sent.absolute()).decode("utf-8", "surrogateescape")


def _state(shot: Shot) -> tuple[int, int]:
    try:
        status = shot.sent.stat()
    except OSError:
        return -1, -1
    return status.st_size, status.st_mtime_ns
