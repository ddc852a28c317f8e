"""Is this worker alive? `python -m critic_worker.health.liveness [--ready]` says so in a sentence, and by its exit status.

Alive means that a task came back out of the worker's own queue lately. With `--ready`, the golden photo must have come
out right as well: that depends on the inference server, so restarting the worker for it would help nobody.
"""

import sys
from datetime import UTC, datetime

from critic_core.contracts.errors import QueueUnavailable
from critic_core.contracts.heartbeat import Pulse
from critic_core.stores.jobs import connect
from critic_core.stores.worker_status import NoticeBoard
from critic_worker.settings import WorkerSettings

MAX_AGE_SECONDS = 60.0


def main(arguments: list[str]) -> int:
    """Print the verdict; 0 when well."""
    settings = WorkerSettings()
    try:
        pulses = NoticeBoard(connect(settings.redis_url)).pulses(newer_than=0)
    except QueueUnavailable as error:
        well, sentence = False, error.detail
    else:
        mine = next((pulse for pulse in pulses if pulse.worker == settings.worker_name), None)
        well, sentence = verdict(mine, datetime.now(UTC), ready="--ready" in arguments)
    print(sentence)  # noqa: T201 - a health check's output is read by people
    return 0 if well else 1


def verdict(pulse: Pulse | None, now: datetime, ready: bool) -> tuple[bool, str]:
    """Whether the worker is well, and a sentence for a person."""
    if pulse is None:
        return False, "The worker has consumed nothing yet."
    age = (now - pulse.at).total_seconds()
    if age > MAX_AGE_SECONDS:
        return False, f"The worker consumed its last pulse {age:.0f} s ago."
    if pulse.problem is not None:
        return not ready, f"The worker consumes, but the golden photo did not come out right: {pulse.problem.detail}"
    return True, f"The worker consumes, and {pulse.model} version {pulse.version} on {pulse.device} answers rightly."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
