"""Prometheus metrics, with Triton's names and labels where the meaning is Triton's.

Why something is not ready is a sentence, and no label: the log and the repository index tell it.
"""

from collections.abc import Callable, Iterator

from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from critic_inference.serving.catalogue import Catalogue
from critic_inference.serving.dataplane import DataPlane
from critic_inference.serving.model import ModelVersion, State

MICROSECOND = 1000  # nanoseconds
BATCH_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256)  # to the largest batch of the models for GPUs

Reader = Callable[[ModelVersion], float]
COUNTERS: dict[str, tuple[str, Reader]] = {
    "nv_inference_request_success": (
        "Number of successful inference requests, all batch sizes",
        lambda each: each.statistics.success.count,
    ),
    "nv_inference_count": (
        "Number of inferences performed",
        lambda each: each.statistics.inferences,
    ),
    "nv_inference_exec_count": (
        "Number of model executions performed",
        lambda each: each.statistics.executions,
    ),
    "nv_inference_request_duration_us": (
        "Cumulative inference request duration in microseconds",
        lambda each: each.statistics.success.ns // MICROSECOND,
    ),
    "nv_inference_queue_duration_us": (
        "Cumulative inference queuing duration in microseconds",
        lambda each: each.statistics.queue.ns // MICROSECOND,
    ),
    "nv_inference_compute_input_duration_us": (
        "Cumulative compute input duration in microseconds",
        lambda each: each.statistics.stages.input.ns // MICROSECOND,
    ),
    "nv_inference_compute_infer_duration_us": (
        "Cumulative compute inference duration in microseconds",
        lambda each: each.statistics.stages.infer.ns // MICROSECOND,
    ),
    "nv_inference_compute_output_duration_us": (
        "Cumulative inference compute output duration in microseconds",
        lambda each: each.statistics.stages.output.ns // MICROSECOND,
    ),
}


class InferenceCollector(Collector):
    """Reads the counters when Prometheus asks."""

    def __init__(self, catalogue: Catalogue, plane: DataPlane) -> None:
        self._catalogue = catalogue
        self._plane = plane

    def collect(self) -> Iterator[Metric]:
        """One family a metric, one sample a model version."""
        versions = self._catalogue.versions()
        for name, (help_text, read) in COUNTERS.items():
            yield _per_version(_triton_counter(name, help_text), versions, read)
        yield self._failures(versions)
        yield _per_version(
            Metric("nv_inference_pending_request_count", "Number of requests awaiting execution", "gauge"),
            versions,
            lambda each: each.batcher.pending if each.batcher else 0,
        )
        yield self._ready()
        yield self._models_ready(versions)
        yield self._models_rejected()
        yield _batch_rows(versions)

    def _failures(self, versions: list[ModelVersion]) -> Metric:
        family = _triton_counter("nv_inference_request_failure", "Number of failed inference requests")
        for each in versions:
            for reason, count in each.statistics.failures.items():
                family.add_sample(family.name, {**_labels(each), "reason": reason.value}, count)
        return family

    def _ready(self) -> Metric:
        family = Metric("critic_inference_ready", "1 when the server is ready; /v2/health/ready says why not", "gauge")
        family.add_sample(family.name, {}, int(not self._plane.unready()))
        return family

    def _models_ready(self, versions: list[ModelVersion]) -> Metric:
        family = Metric("critic_inference_model_ready", "1 when the model version answers", "gauge")
        for each in versions:
            told = {**_labels(each), "device": each.device or "none"}
            family.add_sample(family.name, told, int(each.state is State.ready))
        return family

    def _models_rejected(self) -> Metric:
        family = Metric("critic_inference_model_rejected", "1 for a published version that is not served", "gauge")
        for model in self._catalogue:
            for number in model.rejected:
                version = str(number) if number else "config"
                family.add_sample(family.name, {"model": model.name, "version": version}, 1)
        return family


def _batch_rows(versions: list[ModelVersion]) -> Metric:
    """How large batches were. The sizes come from `batches`, which has one entry for each size that was computed."""
    family = HistogramMetricFamily(
        "critic_inference_batch_rows", "Photos computed together, padding left out", labels=["model", "version"]
    )
    for each in versions:
        computed = {rows: stages.infer.count for rows, stages in list(each.statistics.batches.items())}
        buckets = [(f"{limit}.0", _up_to(limit, computed)) for limit in BATCH_ROWS]
        total = sum(rows * count for rows, count in computed.items())
        family.add_metric([each.name, str(each.number)], [*buckets, ("+Inf", sum(computed.values()))], total)
    return family


def _up_to(limit: int, computed: dict[int, int]) -> int:
    return sum(count for rows, count in computed.items() if rows <= limit)


def _triton_counter(name: str, help_text: str) -> Metric:
    """Typed "unknown", because prometheus_client renames what is typed "counter" to end in _total; Triton's do not."""
    return Metric(name, help_text, "unknown")


def _per_version(family: Metric, versions: list[ModelVersion], read: Reader) -> Metric:
    for each in versions:
        family.add_sample(family.name, _labels(each), read(each))
    return family


def _labels(version: ModelVersion) -> dict[str, str]:
    return {"model": version.name, "version": str(version.number)}
