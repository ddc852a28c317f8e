"""What Prometheus is told. Pool children count in files (multiprocess mode), the main process serves the sum.

The files are named by a child's place in the pool and not by its pid: a child that takes the place of another one goes
on counting where that one ended. So no counter falls when a child dies, and the files do not become ever more.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from billiard import current_process
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from prometheus_client.values import MultiProcessValue

from critic_core.contracts.critique import Critique
from critic_core.contracts.errors import QueueUnavailable
from critic_core.contracts.identity import made_at
from critic_core.runtime.metrics import BuildInfo
from critic_core.stores.jobs import JobStore


def _place_in_pool() -> str:
    return str(getattr(current_process(), "index", "main"))


if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
    values.ValueClass = MultiProcessValue(_place_in_pool)  # type: ignore[no-untyped-call]  # before the first metric

STAGE_SECONDS = Histogram(
    "critic_worker_stage_seconds",
    "Time a photo spent in a stage",
    ["stage"],
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
)
PHOTOS = Counter("critic_worker_photos", "Photos answered, by outcome and error code", ["outcome", "code"])
RELEASES = Counter("critic_worker_releases", "Photos put back because a service was away", ["code"])
STARTED = Counter("critic_worker_processes_started", "Pool processes started, those that took another's place included")
IN_WORK = Gauge(
    "critic_worker_photos_in_work",
    "Photos that a pool process works on now; `pid` is its place in the pool",
    multiprocess_mode="all",
)
CRITIQUES = Counter("critic_worker_critiques", "Critiques kept, by what made them", ["model", "version"])
SCORES = Histogram(
    "critic_worker_scores",
    "Percentiles of critiques among the model's reference photos: without drift, each bucket gets a twentieth",
    ["model", "version"],
    buckets=tuple(range(5, 100, 5)),
)
ANSWER_SECONDS = Histogram(
    "critic_worker_answer_seconds",
    "From the moment a photo got its id at the gateway until its critique was kept",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600),
)
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


def begin_process() -> None:
    """A pool process starts: if it takes another one's place, that one works on nothing any more."""
    STARTED.inc()
    IN_WORK.set(0)


@contextmanager
def in_work(photos: int) -> Iterator[None]:
    """So many photos are worked on in the block."""
    IN_WORK.set(photos)
    try:
        yield
    finally:
        IN_WORK.set(0)


def observe(photo_id: str, critique: Critique) -> None:
    """Count one photo's critique: how long it took, what made it, what it says."""
    for stage, milliseconds in critique.timings_ms.model_dump().items():
        STAGE_SECONDS.labels(stage).observe(milliseconds / 1000)
    told = critique.provenance
    CRITIQUES.labels(told.model, told.version).inc()
    SCORES.labels(told.model, told.version).observe(critique.percentile)
    ANSWER_SECONDS.observe(max(0.0, time.time() - made_at(photo_id)))  # two machines' clocks may differ


def serve(host: str, port: int, jobs: JobStore, silence: Callable[[], float]) -> int:
    """Serve the metrics of all this worker's processes; returns the port. Needs PROMETHEUS_MULTIPROC_DIR."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus-client types only part of itself
    registry.register(Backlog(jobs))
    registry.register(PulseAge(silence))
    registry.register(BuildInfo("worker"))
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


class PulseAge(Collector):
    """How long nothing of its own came out of the queue: what the worker itself ends by, when it is too long."""

    def __init__(self, silence: Callable[[], float]) -> None:
        self._silence = silence

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One gauge, of the whole worker."""
        help_text = "Since a pulse last came back out of the worker's own queue, while Redis answered"
        yield GaugeMetricFamily("critic_worker_pulse_age_seconds", help_text, value=self._silence())
