"""Starts the sender of webhooks: `python -m critic_worker.webhooks`. Settings come from the environment (CRITIC_…)."""

import logging
import sys

from critic_core.runtime import logs
from critic_worker.webhooks.process import run
from critic_worker.webhooks.settings import SenderSettings

# One line a try is ours to write; what these add are Celery's two, and every header that is sent.
_CHATTY = ("celery.worker.strategy", "celery.app.trace", "httpcore")


def main() -> int:
    """Send until told to stop (SIGTERM or SIGINT); returns the exit status. Ends at once where webhooks are off."""
    settings = SenderSettings()
    logs.configure("webhooks", settings.log_level, settings.log_format)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    if settings.webhooks_on:
        return run(settings)
    logs.logger(__name__).warning("webhooks_off", why="CRITIC_WEBHOOK_SECRETS is empty")
    return 0


if __name__ == "__main__":
    sys.exit(main())
