"""The Celery worker process: main process, pool children, background threads."""

from celery import Celery, signals

from critic_core.stores.jobs import JobStore, connect
from critic_worker import metrics
from critic_worker.celery import background
from critic_worker.celery.app import make_place, worker_app
from critic_worker.celery.threads import bound_shutdown
from critic_worker.celery.tracing import trace_tasks
from critic_worker.settings import WorkerSettings


def run(settings: WorkerSettings, app: Celery | None = None) -> int:
    """Consume until told to stop; returns the exit status."""
    trace_tasks()  # before the application, whose children make gRPC channels when they start
    app = app or worker_app(settings)
    _wire(app, settings)
    worker = app.Worker(
        hostname=f"critic@{settings.worker_name}",
        loglevel=settings.log_level,
        quiet=True,
        # Workers need not know each other: everything shared is in Redis.
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def _wire(app: Celery, settings: WorkerSettings) -> None:
    @signals.setup_logging.connect(weak=False)
    def leave_logs_alone(**_: object) -> None:
        """Being connected is what keeps Celery's hands off the logs."""

    @signals.worker_ready.connect(weak=False)
    def begin(**_: object) -> None:
        place = make_place(app, settings)
        heart = background.start(app, place)
        if settings.worker_metrics_port:
            jobs = JobStore(connect(settings.redis_url, patient=False))
            metrics.serve(settings.worker_metrics_host, settings.worker_metrics_port, jobs, heart.silence)

    @signals.worker_shutting_down.connect(weak=False)
    def end(how: str, **_: object) -> None:
        if how == "Warm":
            bound_shutdown(settings.shutdown_seconds)
