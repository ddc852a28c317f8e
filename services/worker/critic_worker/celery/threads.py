"""Background threads, and a shutdown that ends: for workers and senders."""

import os
import signal
import threading
import time
from collections.abc import Callable

from critic_core.contracts.errors import ServiceUnavailable
from critic_core.runtime.logs import logger

log = logger(__name__)

EX_TEMPFAIL = 75  # sysexits.h: whoever started us should start us again


def every(seconds: float, name: str, action: Callable[[], object]) -> threading.Thread:
    """Run `action` every so many seconds in a thread of its own; a round that fails is told, and the next one comes."""

    def rounds() -> None:
        while True:
            try:
                action()
            except ServiceUnavailable as error:
                log.warning(f"{name}_waits", error=error.detail)
            except Exception:
                log.exception(f"{name}_failed")
            time.sleep(seconds)

    thread = threading.Thread(target=rounds, name=name, daemon=True)
    thread.start()
    return thread


def bound_shutdown(seconds: float) -> None:
    """A warm shutdown waits for photos under way; after `seconds`, make it a cold one, which hands them to others.

    Celery's own soft shutdown sleeps its whole time, idle or not; this one ends when the work does.
    """
    timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGQUIT))
    timer.daemon = True
    timer.start()
