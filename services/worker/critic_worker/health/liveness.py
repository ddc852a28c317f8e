"""Liveness and readiness of this worker: `python -m critic_worker.health [--ready]`.

Alive: a task came out of the worker's own queue lately. Ready: the golden photo came out right, too. Readiness depends
on the inference server; restarting the worker for it would not help.
"""

from datetime import UTC, datetime

from critic_core.contracts.errors import QueueUnavailable
from critic_core.contracts.heartbeat import Heartbeat
from critic_core.runtime.redis_client import connect
from critic_core.stores.worker_status import WorkerStatusStore
from critic_worker.settings import WorkerSettings

MAX_AGE_SECONDS = 60.0


def main(arguments: list[str]) -> int:
    """Print a sentence; 0 when healthy."""
    healthy, sentence = check(WorkerSettings(), ready="--ready" in arguments)
    print(sentence)  # noqa: T201 - people read the output of a health check
    return 0 if healthy else 1


def check(settings: WorkerSettings, ready: bool) -> tuple[bool, str]:
    """The verdict on this worker's last heartbeat in Redis."""
    try:
        heartbeats = WorkerStatusStore(connect(settings.redis_url)).heartbeats(newer_than=0)
    except QueueUnavailable as error:
        return False, error.detail
    last = next((heartbeat for heartbeat in heartbeats if heartbeat.worker == settings.worker_name), None)
    return verdict(last, datetime.now(UTC), ready)


def verdict(heartbeat: Heartbeat | None, now: datetime, ready: bool) -> tuple[bool, str]:
    """Whether the worker is healthy, and a sentence for people."""
    if heartbeat is None:
        return False, "The worker has consumed nothing yet."
    age = (now - heartbeat.at).total_seconds()
    if age > MAX_AGE_SECONDS:
        return False, f"The worker's last heartbeat was {age:.0f} s ago."
    if heartbeat.problem is not None:
        return not ready, f"The worker consumes, but its self-test failed: {heartbeat.problem.detail}"
    model = f"{heartbeat.model} version {heartbeat.version} on {heartbeat.device}"
    return True, f"The worker consumes, and {model} passes its self-test."
