"""Start the webhook sender: `python -m critic_worker.webhooks`. Settings come from the environment (CRITIC_…)."""

import logging
import sys

from critic_core.runtime import logs
from critic_worker.webhooks.main_process import run
from critic_worker.webhooks.settings import SenderSettings

# The sender logs a line per attempt; these loggers would add two lines of Celery, and all headers.
_NOISY_LOGGERS = ("celery.worker.strategy", "celery.app.trace", "httpcore")


def main() -> int:
    """Send until SIGTERM or SIGINT; returns the exit status. Exits at once when webhooks are disabled."""
    settings = SenderSettings()
    logs.configure("webhooks", settings.log_level, settings.log_format)
    for name in _NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    if settings.webhooks_on:
        return run(settings)
    logs.logger(__name__).warning("webhooks_disabled", reason="CRITIC_WEBHOOK_SECRETS is empty")
    return 0


if __name__ == "__main__":
    sys.exit(main())
