"""The worker's health as the age of two files: a probe (infra/docker/worker-health) starts no Python interpreter, which
takes up to 45 s on a busy machine.

`alive`: tasks come out of the worker's own queue, or Redis does not respond: a restart would not help then.
`ready`: the golden photo came out right within the last minute, too.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from critic_core.contracts.heartbeat import Heartbeat

MAX_AGE_SECONDS = 60.0
"""Of a healthy worker's files (worker-health), and of a heartbeat."""


class HealthFiles:
    """Files in a folder, without those of an earlier worker; none without a folder."""

    def __init__(self, folder: str, clock: Callable[[], float] = time.time) -> None:
        self._folder, self._clock = Path(folder) if folder else None, clock
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
            for name in ("alive", "ready"):
                (self._folder / name).unlink(missing_ok=True)

    def update(self, last: Heartbeat | None) -> None:
        """Renew the files of a worker that consumes, by the last heartbeat."""
        if self._folder is None or last is None:
            return
        with suppress(OSError):  # a full disk: the probe fails, if it lasts
            (self._folder / "alive").touch()
            if last.problem is not None:
                (self._folder / "ready").unlink(missing_ok=True)
            elif self._clock() - last.at.timestamp() <= MAX_AGE_SECONDS:
                (self._folder / "ready").touch()
