"""The Celery worker: main process, pool processes, background threads."""

from celery import Celery, signals

from critic_core.runtime.redis_client import connect
from critic_core.stores.jobs import JobStore
from critic_core.stores.photo_queue import PhotoQueue
from critic_worker import metrics
from critic_worker.celery import background
from critic_worker.celery.app import worker_app
from critic_worker.celery.tracing import trace_tasks
from critic_worker.consumer import consume
from critic_worker.context import make_worker_context
from critic_worker.settings import WorkerSettings


def run(settings: WorkerSettings, app: Celery | None = None) -> int:
    """Consume until a signal; returns the exit status."""
    trace_tasks()  # before the application, whose pool processes open gRPC channels at start
    app = app or worker_app(settings)
    _connect_background(app, settings)
    return consume(app, f"critic@{settings.worker_name}", settings.log_level, settings.shutdown_grace_seconds)


def _connect_background(app: Celery, settings: WorkerSettings) -> None:
    @signals.worker_ready.connect(weak=False)
    def start_background(**_: object) -> None:
        monitor = background.start(app, make_worker_context(app, settings))
        if settings.worker_metrics_port:
            client = connect(settings.redis_url, fail_fast=True)
            backlog = metrics.Backlog(JobStore(client), PhotoQueue(client))
            metrics.serve(
                settings.worker_metrics_host, settings.worker_metrics_port, backlog, monitor.seconds_since_heartbeat
            )
