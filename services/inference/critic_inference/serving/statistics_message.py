"""Statistics as the protocol's protobuf message."""

from typing import Any

from tritonclient.grpc import service_pb2

from critic_inference.batching.statistics import Stages, Statistics, Total


def statistics_message(name: str, version: int, statistics: Statistics) -> Any:
    """A `ModelStatistics` message."""
    message = service_pb2.ModelStatistics(
        name=name,
        version=str(version),
        last_inference=statistics.last_inference_ms,
        inference_count=statistics.inferences,
        execution_count=statistics.executions,
    )
    inference_stats = message.inference_stats
    _set_total(inference_stats.success, statistics.success)
    _set_total(inference_stats.fail, Total(sum(statistics.failures.values()), statistics.fail_ns))
    _set_total(inference_stats.queue, statistics.queue)
    _set_stages(inference_stats, statistics.stages)
    _set_total(inference_stats.cache_hit, Total())
    _set_total(inference_stats.cache_miss, Total())
    for rows, stages in sorted(statistics.batches.items()):
        _set_stages(message.batch_stats.add(batch_size=rows), stages)
    return message


def _set_stages(message: Any, stages: Stages) -> None:
    _set_total(message.compute_input, stages.input)
    _set_total(message.compute_infer, stages.infer)
    _set_total(message.compute_output, stages.output)


def _set_total(message: Any, total: Total) -> None:
    message.SetInParent()
    message.count, message.ns = total.count, total.ns
