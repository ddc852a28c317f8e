"""Prometheus metrics, with Triton's names and labels where the meaning is Triton's.

The reason of an unready model is a sentence, and no label: it stands in the log and in the repository index.
"""

from collections.abc import Callable, Iterator

from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from critic_inference.batching.latencies import QUANTILES, STAGES
from critic_inference.serving.catalogue import Catalogue
from critic_inference.serving.dataplane import DataPlane
from critic_inference.serving.model_version import ModelVersion, State

MICROSECOND = 1000  # nanoseconds
BATCH_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256)  # to the largest batch of the models for GPUs

Reader = Callable[[ModelVersion], float]
COUNTERS: dict[str, tuple[str, Reader]] = {
    "nv_inference_request_success": (
        "Number of successful inference requests, all batch sizes",
        lambda version: version.statistics.success.count,
    ),
    "nv_inference_count": (
        "Number of inferences performed",
        lambda version: version.statistics.inferences,
    ),
    "nv_inference_exec_count": (
        "Number of model executions performed",
        lambda version: version.statistics.executions,
    ),
    "nv_inference_request_duration_us": (
        "Cumulative inference request duration in microseconds",
        lambda version: version.statistics.success.ns // MICROSECOND,
    ),
    "nv_inference_queue_duration_us": (
        "Cumulative inference queuing duration in microseconds",
        lambda version: version.statistics.queue.ns // MICROSECOND,
    ),
    "nv_inference_compute_input_duration_us": (
        "Cumulative compute input duration in microseconds",
        lambda version: version.statistics.stages.input.ns // MICROSECOND,
    ),
    "nv_inference_compute_infer_duration_us": (
        "Cumulative compute inference duration in microseconds",
        lambda version: version.statistics.stages.infer.ns // MICROSECOND,
    ),
    "nv_inference_compute_output_duration_us": (
        "Cumulative inference compute output duration in microseconds",
        lambda version: version.statistics.stages.output.ns // MICROSECOND,
    ),
}


class InferenceCollector(Collector):
    """Reads the counters at each scrape."""

    def __init__(self, catalogue: Catalogue, plane: DataPlane) -> None:
        self._catalogue = catalogue
        self._plane = plane

    def collect(self) -> Iterator[Metric]:
        """One family a metric, one sample a model version."""
        versions = self._catalogue.versions()
        for name, (help_text, read) in COUNTERS.items():
            yield _per_version(_triton_counter(name, help_text), versions, read)
        yield from _summaries(versions)
        yield self._failures(versions)
        yield _per_version(
            Metric("nv_inference_pending_request_count", "Number of requests awaiting execution", "gauge"),
            versions,
            lambda version: version.batcher.pending if version.batcher else 0,
        )
        yield self._ready()
        yield self._models_ready(versions)
        yield self._models_rejected()
        yield _batch_rows(versions)

    def _failures(self, versions: list[ModelVersion]) -> Metric:
        family = _triton_counter("nv_inference_request_failure", "Number of failed inference requests")
        for version in versions:
            for reason, count in version.statistics.failures.items():
                family.add_sample(family.name, {**_labels(version), "reason": reason.value}, count)
        return family

    def _ready(self) -> Metric:
        family = Metric("critic_inference_ready", "1 when the server is ready; /v2/health/ready says why not", "gauge")
        family.add_sample(family.name, {}, int(not self._plane.unready()))
        return family

    def _models_ready(self, versions: list[ModelVersion]) -> Metric:
        family = Metric("critic_inference_model_ready", "1 when the model version is ready", "gauge")
        for version in versions:
            labels = {**_labels(version), "device": version.device or "none"}
            family.add_sample(family.name, labels, int(version.state is State.ready))
        return family

    def _models_rejected(self) -> Metric:
        family = Metric("critic_inference_model_rejected", "1 for a published version that is not served", "gauge")
        for model in self._catalogue:
            for number in model.rejected:
                version = str(number) if number else "config"
                family.add_sample(family.name, {"model": model.name, "version": version}, 1)
        return family


def _summaries(versions: list[ModelVersion]) -> Iterator[Metric]:
    """Quantiles of the last minute, as Triton's `--metrics-config summary_latencies=true`."""
    families = [
        Metric(f"nv_inference_{stage}_summary_us", f"Latency in microseconds: {stage}", "summary") for stage in STAGES
    ]
    for version in versions:
        columns = zip(families, version.statistics.latencies.quantiles_us().T, version.statistics.totals, strict=True)
        for family, values, total in columns:
            for quantile, value in zip(QUANTILES, values, strict=True):
                family.add_sample(family.name, {**_labels(version), "quantile": str(quantile)}, float(value))
            family.add_sample(f"{family.name}_count", _labels(version), total.count)
            family.add_sample(f"{family.name}_sum", _labels(version), total.ns // MICROSECOND)
    yield from families


def _batch_rows(versions: list[ModelVersion]) -> Metric:
    """Histogram of batch sizes, from `batches`, which has one entry for each size so far."""
    family = HistogramMetricFamily(
        "critic_inference_batch_rows", "Photos computed together, padding left out", labels=["model", "version"]
    )
    for version in versions:
        batches_by_rows = {rows: stages.infer.count for rows, stages in list(version.statistics.batches.items())}
        buckets = [(f"{limit}.0", _up_to(limit, batches_by_rows)) for limit in BATCH_ROWS]
        total = sum(rows * count for rows, count in batches_by_rows.items())
        family.add_metric(
            [version.name, str(version.number)], [*buckets, ("+Inf", sum(batches_by_rows.values()))], total
        )
    return family


def _up_to(limit: int, batches_by_rows: dict[int, int]) -> int:
    return sum(count for rows, count in batches_by_rows.items() if rows <= limit)


def _triton_counter(name: str, help_text: str) -> Metric:
    """Of type "unknown": prometheus_client appends _total to the name of a "counter", and Triton's names have none."""
    return Metric(name, help_text, "unknown")


def _per_version(family: Metric, versions: list[ModelVersion], read: Reader) -> Metric:
    for version in versions:
        family.add_sample(family.name, _labels(version), read(version))
    return family


def _labels(version: ModelVersion) -> dict[str, str]:
    return {"model": version.name, "version": str(version.number)}
