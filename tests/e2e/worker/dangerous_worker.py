"""The real worker, with a hole in it: bytes behind a photo's end tell the pool child what to do before looking at it.

die               kill itself with SIGKILL
hold FOLDER       write its pid to FOLDER/pid, then go on when FOLDER/go is there
sleep             sleep for a minute
hang              sleep for a minute, deaf to the soft time limit
"""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from tests.support.waiting import until

from critic_worker.photos import process
from critic_worker.photos.critique import Given
from critic_worker.settings import WorkerSettings

MARK = b"\n--for-the-test-worker:"


def main() -> int:
    """As `python -m critic_worker`, with the wrapped critique."""
    from critic_worker.__main__ import main as start  # noqa: PLC0415 - after the hole is made

    process.critiques = obeying(process.critiques)
    for name in ("silence_seconds", "lease_seconds"):
        if told := os.environ.get(f"TEST_{name.upper()}"):
            setattr(WorkerSettings, name, float(told))
    return start()


def obeying(look: Any) -> Any:
    """`critiques`, after having done what the photos say."""

    def critiques(photos: list[Given], *rest: Any) -> Any:
        for photo in photos:
            _, mark, told = photo.data.rpartition(MARK)
            if mark:
                command, _, argument = told.decode().partition(" ")
                {"die": die, "hold": hold, "sleep": sleep, "hang": hang}[command](argument)
        return look(photos, *rest)

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
