"""What the worker's main process does beside handing out photos: its pulse and housekeeping."""

import os
from collections.abc import Callable

from celery import Celery

from critic_core.runtime.logs import logger
from critic_core.stores.jobs import connect
from critic_worker.celery.threads import EX_TEMPFAIL, every
from critic_worker.health.heartbeat import Heart
from critic_worker.maintenance.reaper import ROUND_SECONDS, keep_house
from critic_worker.photos.process import Place
from critic_worker.settings import WorkerSettings

log = logger(__name__)


def start(app: Celery, place: Place) -> Heart:
    """Start the two threads; they end with the process. Returns what knows how long the worker has been silent."""
    settings = place.settings
    client = connect(settings.redis_url)
    heart = Heart(app, place.board, settings.worker_name)
    every(settings.pulse_seconds, "pulse", lambda: watch(heart, settings))
    every(ROUND_SECONDS, "housekeeping", lambda: keep_house(place, client))
    return heart


def watch(heart: Heart, settings: WorkerSettings, leave: Callable[[int], None] = os._exit) -> None:
    """Leave at once, without goodbye, when nothing is consumed any more: the restart is the supervisor's.

    Pool children die with this process (PR_SET_PDEATHSIG); their photos are put back by housekeeping.
    """
    silence = heart.beat(patience=settings.silence_seconds / 3)
    if silence > settings.silence_seconds:
        log.critical("worker_stopped_consuming", seconds=round(silence))
        leave(EX_TEMPFAIL)
