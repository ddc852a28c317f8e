"""A Celery consumer: how photo workers and the webhook sender start and stop one."""

from celery import Celery, signals

from critic_worker.threads import limit_shutdown


def consume(app: Celery, hostname: str, log_level: str, grace_seconds: float) -> int:
    """Consume until a signal, then let running tasks finish for `grace_seconds`; returns the exit status."""
    _connect_signals(grace_seconds)
    worker = app.Worker(
        hostname=hostname,
        loglevel=log_level,
        quiet=True,
        # Consumers need not know each other: all shared state is in Redis.
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def _connect_signals(grace_seconds: float) -> None:
    @signals.setup_logging.connect(weak=False)
    def leave_logs_alone(**_: object) -> None:
        """A receiver, even an empty one, stops Celery from configuring the logs."""

    @signals.worker_shutting_down.connect(weak=False)
    def start_grace_period(how: str, **_: object) -> None:
        if how == "Warm":
            limit_shutdown(grace_seconds)
