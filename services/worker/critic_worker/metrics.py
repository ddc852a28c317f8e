"""What Prometheus is told. Pool children count in files (multiprocess mode), the main process serves the sum."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from critic_core.contracts.critique import Timings
from critic_core.contracts.errors import QueueUnavailable
from critic_core.runtime.job_store import JobStore

STAGE_SECONDS = Histogram(
    "critic_worker_stage_seconds",
    "Time a photo spent in a stage",
    ["stage"],
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
)
PHOTOS = Counter("critic_worker_photos", "Photos answered, by outcome and error code", ["outcome", "code"])
RELEASES = Counter("critic_worker_releases", "Photos put back because a service was away", ["code"])

FALLBACKS = Counter(
    "critic_worker_canary_fallbacks", "Questions that a version did not answer and another one did", ["version", "code"]
)
SHADOW_DIFFERENCE = Histogram(
    "critic_worker_shadow_difference",
    "Percentile points between the answer that counts and that of the version it is compared with",
    ["model", "version"],
    buckets=(1, 2, 5, 10, 20, 30, 50),
)
SHADOWED = Counter("critic_worker_shadowed", "Photos that were to be compared, by what became of that", ["outcome"])


def observe(timings: Timings) -> None:
    """Count one photo's stages."""
    for stage, milliseconds in timings.model_dump().items():
        STAGE_SECONDS.labels(stage).observe(milliseconds / 1000)


def serve(host: str, port: int, jobs: JobStore) -> int:
    """Serve the metrics of all this worker's processes; returns the port. Needs PROMETHEUS_MULTIPROC_DIR."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus-client types only part of itself
    registry.register(Backlog(jobs))
    server, _ = start_http_server(port, host, registry)
    return int(server.server_port)


class Backlog(Collector):
    """What waits, read when asked: the photos that a worker has reserved are in it, unlike in the queue's length."""

    def __init__(self, jobs: JobStore) -> None:
        self._jobs = jobs

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """No gauges while Redis is away: no figure is better than a wrong one."""
        try:
            photos, oldest = self._jobs.backlog(), self._jobs.oldest_queued_seconds()
        except QueueUnavailable:
            return
        yield GaugeMetricFamily("critic_backlog_photos", "Photos queued, reserved and running", value=photos)
        yield GaugeMetricFamily("critic_oldest_queued_seconds", "Age of the photo that waits longest", value=oldest)
