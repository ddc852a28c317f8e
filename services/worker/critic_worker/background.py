"""What the worker's main process does beside handing out photos: its pulse, housekeeping, a bounded shutdown."""

import os
import signal
import threading
import time
from collections.abc import Callable

from celery import Celery

from critic_core.contracts.errors import ServiceUnavailable
from critic_core.runtime.job_store import connect
from critic_core.runtime.logs import logger
from critic_worker.housekeeping import ROUND_SECONDS, keep_house
from critic_worker.pulse import Heart
from critic_worker.settings import WorkerSettings
from critic_worker.work import Place

log = logger(__name__)

EX_TEMPFAIL = 75  # sysexits.h: whoever started us should start us again


def start(app: Celery, place: Place) -> None:
    """Start the two threads; they end with the process."""
    settings = place.settings
    client = connect(settings.redis_url)
    heart = Heart(app, place.board, settings.worker_name)
    every(settings.pulse_seconds, "pulse", lambda: watch(heart, settings))
    every(ROUND_SECONDS, "housekeeping", lambda: keep_house(place, client))


def watch(heart: Heart, settings: WorkerSettings, leave: Callable[[int], None] = os._exit) -> None:
    """Leave at once, without goodbye, when nothing is consumed any more: the restart is the supervisor's.

    Pool children die with this process (PR_SET_PDEATHSIG); their photos are put back by housekeeping.
    """
    silence = heart.beat(patience=settings.silence_seconds / 3)
    if silence > settings.silence_seconds:
        log.critical("worker_stopped_consuming", seconds=round(silence))
        leave(EX_TEMPFAIL)


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
