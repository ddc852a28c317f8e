"""Periodic background threads and a shutdown with a grace period, for workers and for the webhook sender."""

import os
import signal
import threading
import time
from collections.abc import Callable

from critic_core.contracts.errors import ServiceUnavailable
from critic_core.runtime.logs import logger

log = logger(__name__)

EX_TEMPFAIL = 75  # sysexits.h: the supervisor should restart this process


def every(seconds: float, name: str, action: Callable[[], object]) -> threading.Thread:
    """Run `action` at this interval in a daemon thread. A failed run is logged, and the next one follows."""

    def loop() -> None:
        while True:
            run_once(name, action)
            time.sleep(seconds)

    thread = threading.Thread(target=loop, name=name, daemon=True)
    thread.start()
    return thread


def run_once(name: str, action: Callable[[], object]) -> None:
    """Run `action`, and log its error."""
    try:
        action()
    except ServiceUnavailable as error:
        log.warning("background_retry", thread=name, error=error.detail)
    except Exception:
        log.exception("background_failed", thread=name)


def limit_shutdown(seconds: float) -> None:
    """Turn a warm shutdown, which waits for running tasks, into a cold one, which requeues them, after `seconds`.

    Celery's own soft shutdown sleeps its whole time even when idle; this one ends with the last task.
    """
    timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGQUIT))
    timer.daemon = True
    timer.start()
