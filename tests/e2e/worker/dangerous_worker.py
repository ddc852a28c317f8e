"""The real worker with a fault injector: bytes after a photo's end are a command to the pool process.

die               kill itself with SIGKILL
hold FOLDER       write its pid to FOLDER/pid, then go on when FOLDER/go is there
sleep             sleep for a minute
hang              sleep for a minute, with the soft time limit blocked
"""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from tests.support.waiting import until

from critic_worker.photos import batch
from critic_worker.photos.critique import PhotoInput
from critic_worker.settings import WorkerSettings

MARK = b"\n--for-the-test-worker:"


def main() -> int:
    """As `python -m critic_worker`, with obedient critiques."""
    from critic_worker.__main__ import main as start  # noqa: PLC0415 - after the patch

    batch.critiques = obeying(batch.critiques)
    for name in ("heartbeat_timeout_seconds", "lease_seconds"):
        if seconds := os.environ.get(f"TEST_{name.upper()}"):
            setattr(WorkerSettings, name, float(seconds))
    return start()


def obeying(critiques_of: Any) -> Any:
    """`critiques`, after the commands of all photos."""

    def critiques(photos: list[PhotoInput], *rest: Any) -> Any:
        for photo in photos:
            _, mark, text = photo.data.rpartition(MARK)
            if mark:
                command, _, argument = text.decode().partition(" ")
                {"die": die, "hold": hold, "sleep": sleep, "hang": hang}[command](argument)
        return critiques_of(photos, *rest)

    return critiques


def die(_: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hold(folder: str) -> None:
    (Path(folder) / "pid.part").write_text(str(os.getpid()))
    (Path(folder) / "pid.part").rename(Path(folder) / "pid")
    until((Path(folder) / "go").exists, 60, "the word to go on")


def sleep(_: str) -> None:
    time.sleep(60)


def hang(_: str) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    time.sleep(60)


if __name__ == "__main__":
    sys.exit(main())
