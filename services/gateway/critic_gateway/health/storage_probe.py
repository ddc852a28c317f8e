"""A probe of the storage that answers in time even when the storage does not: its check has a thread of its own."""

import math
import threading
import time

from critic_core.contracts.errors import CriticError
from critic_core.runtime.storage import Storage
from critic_gateway.health.check import Check

WAIT_SECONDS = 1.0
MAX_AGE_SECONDS = 15.0
"""A slow storage passes with a result of this age; later it counts as down."""


class StorageProbe:
    """The latest check of the storage. One caller at a time."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._thread: threading.Thread | None = None
        self._latest, self._finished_at = Check(ok=False, detail=""), -math.inf
        self.free_bytes: int | None = None

    def check(self) -> Check:
        """A new result if the storage answers within a second, otherwise the latest one."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        self._thread.join(WAIT_SECONDS)
        if time.monotonic() - self._finished_at <= MAX_AGE_SECONDS:
            return self._latest
        return Check(ok=False, detail=f"the storage has not answered within {MAX_AGE_SECONDS:.0f} seconds")

    def _run(self) -> None:
        began = time.monotonic()
        try:
            self._storage.check()
            self.free_bytes = self._storage.free_bytes()
        except CriticError as error:
            self._latest = Check(ok=False, detail=error.detail)
        else:
            seconds = time.monotonic() - began
            self._latest = Check(ok=True, detail=f"a byte was written and read back in {seconds:.1f} s")
        self._finished_at = time.monotonic()
