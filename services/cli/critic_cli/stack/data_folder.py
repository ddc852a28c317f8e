"""The data folder of a local stack: photos, queue, lock, and a note about the running processes."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel

from critic_cli.errors import CommandError

DEFAULT_DATA_FOLDER = Path(".photo-critic")
ROOM_BYTES = 16_000_000


class RunningStack(BaseModel):
    """The note: addresses and processes of the stack."""

    supervisor: int
    gateway_url: str
    redis_url: str
    storage_url: str
    inference_grpc: str
    inference_http: str | None  # None for an external inference server
    processes: dict[int, str] = {}  # pid → identity (stale_processes.py)


class DataFolder:
    """Paths below the folder. A new folder is readable only by its owner: it holds private photos."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._note = self.path / "running.json"

    @property
    def storage_url(self) -> str:
        """The storage URL of the photos."""
        return f"file://{self.path / 'storage'}"

    @property
    def queue(self) -> Path:
        """The folder of the queue server's append-only file."""
        return self.path / "queue"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Lock the folder; CommandError if another stack holds it. The kernel unlocks it at process death."""
        import fcntl  # noqa: PLC0415 - POSIX alone, and only `up` locks

        self._create()
        with (self.path / "lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CommandError(self._already_running()) from None
            yield

    def write_note(self, note: RunningStack) -> None:
        """Replace the note atomically, readable only by its owner: it holds the queue's password."""
        partial_file = self._note.with_suffix(".part")
        with os.fdopen(os.open(partial_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(note.model_dump_json(indent=2))
        partial_file.replace(self._note)

    def has_room(self) -> bool:
        """False on a full disk, on which a service may not start."""
        return shutil.disk_usage(self.path).free >= ROOM_BYTES

    def running_stack(self) -> RunningStack | None:
        """The running stack, or one that crashed; None without a note."""
        try:
            return RunningStack.model_validate(json.loads(self._note.read_text()))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None

    def delete_note(self) -> None:
        """Delete the note after a clean stop."""
        self._note.unlink(missing_ok=True)

    def _create(self) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)  # an existing folder keeps its permissions
            self.queue.mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            raise CommandError(
                f"The data folder {self.path} cannot be used: {error.strerror}. Choose another with --data-folder."
            ) from error

    def _already_running(self) -> str:
        note = self.running_stack()
        where = f" at {note.gateway_url} (process {note.supervisor})" if note else ""
        return (
            f"Photo Critic is already running{where} with the data folder {self.path}. "
            f"Stop it first, or choose another folder with --data-folder."
        )
