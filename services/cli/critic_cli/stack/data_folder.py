"""The folder of a local stack: its photos, its queue, a lock, and a note of what runs."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel

from critic_cli.refusal import Refusal

DEFAULT_DATA_FOLDER = Path(".photo-critic")


class RunningStack(BaseModel):
    """The note: where the parts of the stack are, and which processes it is made of."""

    supervisor: int
    gateway_url: str
    redis_url: str
    storage_url: str
    inference_grpc: str
    inference_http: str | None  # None: an inference server that is not ours
    processes: dict[int, str] = {}  # pid → identity (stale.py)


class DataFolder:
    """Paths below the folder; it is made when missing, readable by its owner only: it holds people's photos."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._note = self.path / "running.json"

    @property
    def storage_url(self) -> str:
        """Where photos lie."""
        return f"file://{self.path / 'storage'}"

    @property
    def queue(self) -> Path:
        """Where the queue server keeps its append-only file."""
        return self.path / "queue"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder for this process; Refusal when another stack holds it. The kernel lets go when we die."""
        self._make()
        with (self.path / "lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refusal(self._taken()) from None
            yield

    def write_note(self, note: RunningStack) -> None:
        """Replace the note in one step; it carries the queue's password, so nobody else may read it."""
        part = self._note.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(note.model_dump_json(indent=2))
        part.replace(self._note)

    def note(self) -> RunningStack | None:
        """What runs here, or ran here when the machine or the supervisor went down; None when nothing is noted."""
        try:
            return RunningStack.model_validate(json.loads(self._note.read_text()))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None

    def forget_note(self) -> None:
        """After a clean stop."""
        self._note.unlink(missing_ok=True)

    def _make(self) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)  # a folder that is there keeps its rights
            self.queue.mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            raise Refusal(
                f"The data folder {self.path} cannot be used: {error.strerror}. Choose another with --data-folder."
            ) from error

    def _taken(self) -> str:
        note = self.note()
        where = f" at {note.gateway_url} (process {note.supervisor})" if note else ""
        return (
            f"Photo Critic is already running{where} with the data folder {self.path}. "
            f"Stop it first, or choose another folder with --data-folder."
        )
