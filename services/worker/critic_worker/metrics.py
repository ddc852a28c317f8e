"""Prometheus metrics. Pool processes count in files (multiprocess mode); the main process serves the sum.

Each file is named by the process's index in the pool instead of its pid: a replacement process continues the counters
of its predecessor. So no counter falls when a process dies, and the number of files stays the same.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
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
from critic_core.contracts.photo import Photo
from critic_core.runtime.metrics import BuildInfo
from critic_core.stores.jobs import JobStore
from critic_core.stores.photo_queue import PhotoQueue


def _pool_index() -> str:
    return str(getattr(current_process(), "index", "main"))


if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
    values.ValueClass = MultiProcessValue(_pool_index)  # type: ignore[no-untyped-call]  # before the first metric

STAGE_SECONDS = Histogram(
    "critic_worker_stage_seconds",
    "Time of a photo in each stage",
    ["stage"],
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
)
CLAIMS = Counter("critic_worker_claims", "Claims of photos that ended, by outcome", ["outcome", "code"])
REQUEUES = Counter("critic_worker_requeues", "Photos requeued, by reason", ["reason"])
STARTED = Counter("critic_worker_processes_started", "Pool processes started, replacements included")
IN_PROGRESS = Gauge(
    "critic_worker_photos_in_progress",
    "Photos in progress in a pool process; `pid` is its index in the pool",
    multiprocess_mode="all",
)
CRITIQUES = Counter("critic_worker_critiques", "Critiques stored, by model and version", ["model", "version"])
PERCENTILES = Histogram(
    "critic_worker_percentiles",
    "Percentiles of critiques among the model's reference photos: without drift, each bucket gets a twentieth",
    ["model", "version"],
    buckets=tuple(range(5, 100, 5)),
)
END_TO_END_SECONDS = Histogram(
    "critic_worker_end_to_end_seconds",
    "From the photo's id at the gateway to the stored critique, by lane",
    ["lane"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600),
)
WAIT_SECONDS = Histogram(
    "critic_worker_wait_seconds",
    "From the upload to the first claim by a worker, by lane",
    ["lane"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600),
)
FALLBACKS = Counter(
    "critic_worker_canary_fallbacks", "Requests that a version failed and another version answered", ["version", "code"]
)
SHADOW_DIFFERENCE = Histogram(
    "critic_worker_shadow_difference",
    "Percentile points between the stored critique and the shadow version's",
    ["model", "version"],
    buckets=(1, 2, 5, 10, 20, 30, 50),
)
ORPHANS = Counter("critic_worker_orphans_deleted", "Files in storage deleted because no photo has them")
SHADOW_PHOTOS = Counter("critic_worker_shadow_photos", "Photos for the shadow version, by outcome", ["outcome"])


def start_process() -> None:
    """Count a started pool process. The photos of a process that it replaces are not in progress any more."""
    STARTED.inc()
    IN_PROGRESS.set(0)


@contextmanager
def in_progress(photos: int) -> Iterator[None]:
    """Gauge the photos in progress inside the block."""
    IN_PROGRESS.set(photos)
    try:
        yield
    finally:
        IN_PROGRESS.set(0)


def observe_waits(photos: Sequence[Photo]) -> None:
    """Count how long photos were queued; later claims of a photo do not count."""
    for photo in photos:
        if photo.claims == 1:
            WAIT_SECONDS.labels(photo.lane.value).observe(max(0.0, time.time() - photo.created_at.timestamp()))


def observe(photo: Photo, critique: Critique) -> None:
    """Count a stored critique: its times, its lane, its model, its percentile."""
    for stage, milliseconds in critique.timings_ms.model_dump().items():
        STAGE_SECONDS.labels(stage).observe(milliseconds / 1000)
    model, version = critique.provenance.model, critique.provenance.version
    CRITIQUES.labels(model, version).inc()
    PERCENTILES.labels(model, version).observe(critique.percentile)
    seconds = max(0.0, time.time() - made_at(photo.id))  # clocks of two machines may differ
    END_TO_END_SECONDS.labels(photo.lane.value).observe(seconds)


def serve(host: str, port: int, backlog: "Backlog", heartbeat_age: Callable[[], float]) -> int:
    """Serve the metrics of all processes of this worker; returns the port. Needs PROMETHEUS_MULTIPROC_DIR."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus-client types only part of itself
    registry.register(backlog)
    registry.register(HeartbeatAge(heartbeat_age))
    registry.register(BuildInfo("worker"))
    server, _ = start_http_server(port, host, registry)
    return int(server.server_port)


class Backlog(Collector):
    """The backlog at scrape time. Unlike the queue's length, it includes photos that a worker has reserved."""

    def __init__(self, jobs: JobStore, queue: PhotoQueue) -> None:
        self._jobs, self._queue = jobs, queue

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges; none while Redis is down, since no figure is better than a wrong one."""
        try:
            photos, lanes = self._jobs.backlog(), self._queue.lanes()
        except QueueUnavailable:
            return
        yield GaugeMetricFamily("critic_backlog_photos", "Photos queued, reserved and running", value=photos)
        queued = GaugeMetricFamily("critic_queued_photos", "Queued photos, by lane", labels=["lane"])
        oldest = GaugeMetricFamily("critic_oldest_queued_seconds", "Age of the oldest queued photo", labels=["lane"])
        for lane, status in lanes.items():
            queued.add_metric([lane.value], status.photos)
            oldest.add_metric([lane.value], status.oldest_seconds)
        yield from (queued, oldest)


class HeartbeatAge(Collector):
    """Seconds since the worker's heartbeat: too long a silence makes the worker exit."""

    def __init__(self, heartbeat_age: Callable[[], float]) -> None:
        self._heartbeat_age = heartbeat_age

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One gauge of the whole worker."""
        help_text = "Since the last heartbeat through the worker's own queue, while Redis responded"
        yield GaugeMetricFamily("critic_worker_heartbeat_age_seconds", help_text, value=self._heartbeat_age())
