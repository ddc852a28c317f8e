"""Start a worker: `python -m critic_worker`. Settings come from the environment (CRITIC_…)."""

import logging
import sys

from critic_core.runtime import logs
from critic_core.runtime.allocator import retain_freed_memory
from critic_worker.celery import environment
from critic_worker.settings import WorkerSettings

# The worker logs one line a photo; Celery's two add nothing.
_NOISY_LOGGERS = ("celery.worker.strategy", "celery.app.trace")


def main() -> int:
    """Consume photos until SIGTERM or SIGINT; returns the exit status."""
    settings = WorkerSettings()
    logs.configure("worker", settings.log_level, settings.log_format)
    for name in _NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    retain_freed_memory()
    environment.prepare(metrics=settings.worker_metrics_port > 0)

    from critic_worker.celery.process import run  # noqa: PLC0415 - its imports read the environment

    return run(settings)


if __name__ == "__main__":
    sys.exit(main())
