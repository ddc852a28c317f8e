"""Background threads of the worker's main process: heartbeat, lease and maintenance."""

import os
from collections.abc import Callable

from celery import Celery

from critic_core.contracts.heartbeat import HEARTBEAT_TASK, heartbeat_queue
from critic_core.runtime.logs import logger
from critic_core.runtime.queue import send
from critic_core.runtime.redis_client import connect
from critic_core.stores.batches import BatchStore
from critic_worker.context import WorkerContext
from critic_worker.health.files import HealthFiles
from critic_worker.health.heartbeat import HeartbeatMonitor
from critic_worker.maintenance.append_only_file import rewrite_when_due
from critic_worker.maintenance.lease import REFRESH_SECONDS, WorkerLease
from critic_worker.maintenance.orphans import OrphanSweep, sweep_when_due
from critic_worker.maintenance.reaper import INTERVAL_SECONDS, Reaper
from critic_worker.settings import WorkerSettings
from critic_worker.threads import EX_TEMPFAIL, every

log = logger(__name__)


def start(app: Celery, context: WorkerContext) -> HeartbeatMonitor:
    """Start the threads, which end with the process."""
    settings = context.settings
    monitor = heartbeat_monitor(app, context)
    files, client = HealthFiles(settings.worker_health_folder), connect(settings.redis_url)
    sweep = OrphanSweep(context.jobs, BatchStore(client), context.storage, settings.orphan_age_seconds)
    every(settings.heartbeat_interval_seconds, "heartbeat", lambda: _check_heartbeat(monitor, files, settings))
    every(REFRESH_SECONDS, "lease", WorkerLease(context).run)
    every(INTERVAL_SECONDS, "maintenance", Reaper(context, client).run)
    every(INTERVAL_SECONDS, "rewrite", lambda: rewrite_when_due(client, settings.rewrite_seconds))
    every(INTERVAL_SECONDS, "orphans", lambda: sweep_when_due(client, sweep, settings.orphan_sweep_seconds))
    return monitor


def heartbeat_monitor(app: Celery, context: WorkerContext) -> HeartbeatMonitor:
    """The monitor of this worker, which sends heartbeats through the worker's own queue."""
    worker = context.settings.worker_name

    def send_heartbeat(expires: float) -> None:
        send(app, HEARTBEAT_TASK, heartbeat_queue(worker), expires=expires)

    return HeartbeatMonitor(send_heartbeat, context.worker_status, worker)


def _check_heartbeat(monitor: HeartbeatMonitor, files: HealthFiles, settings: WorkerSettings) -> None:
    exit_if_silent(monitor, settings)
    files.update(monitor.last)


def exit_if_silent(
    monitor: HeartbeatMonitor, settings: WorkerSettings, exit_process: Callable[[int], None] = os._exit
) -> None:
    """Exit without cleanup when the worker has stopped consuming: the supervisor restarts it.

    Pool processes die with the main process (PR_SET_PDEATHSIG); other workers recover their photos.
    """
    seconds = monitor.check(timeout=settings.heartbeat_timeout_seconds / 3)
    if seconds > settings.heartbeat_timeout_seconds:
        log.critical("worker_stopped_consuming", seconds=round(seconds))
        exit_process(EX_TEMPFAIL)
