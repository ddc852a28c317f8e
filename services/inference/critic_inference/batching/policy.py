"""The batching configuration of a model."""

from dataclasses import dataclass
from typing import Any

from tritonclient.grpc import model_config_pb2

MICROSECOND = 1e-6


@dataclass(frozen=True, slots=True)
class BatchPolicy:
    """Numbers of `config.pbtxt`.

    Rows are counted (a request may bring several), except in the queue limit, which counts requests, as in Triton.
    """

    max_rows: int  # 0: the model has no batch dimension
    combine: bool  # False: one request a batch
    preferred: tuple[int, ...] = ()  # ascending
    max_delay: float = 0.0  # seconds
    max_queue: int = 0  # 0: no limit
    timeout: float = 0.0  # queue timeout of a request, seconds; 0: none
    instances: int = 1  # batches computed in parallel
    priority_levels: int = 0  # 1 is the highest; 0: requests have no priority
    default_priority: int = 0
    shorter_timeouts: bool = False  # of requests, below `timeout`

    def next_batch_size(self, queued_rows: int) -> int | None:
        """The rows to compute now, or None to wait up to `max_delay` for more."""
        if not self.combine or queued_rows >= self.max_rows:
            return self.max_rows
        return max((size for size in self.preferred if size <= queued_rows), default=None)

    def priority_of(self, requested: int) -> int:
        """The level of a request; the default one for 0 and for unknown levels, as in Triton."""
        return requested if 1 <= requested <= self.priority_levels else self.default_priority

    def timeout_of(self, requested: float) -> float:
        """The queue timeout of a request, seconds; 0: none."""
        return requested if self.shorter_timeouts and 0 < requested < self.timeout else self.timeout


def batch_policy(config: Any) -> BatchPolicy:
    """The policy in a `ModelConfig`."""
    dynamic = config.dynamic_batching
    queue = dynamic.default_queue_policy
    rejects = queue.timeout_action == model_config_pb2.ModelQueuePolicy.REJECT
    levels = dynamic.priority_levels
    return BatchPolicy(
        max_rows=config.max_batch_size,
        combine=config.max_batch_size > 0 and config.HasField("dynamic_batching"),
        preferred=tuple(sorted(dynamic.preferred_batch_size)),
        max_delay=dynamic.max_queue_delay_microseconds * MICROSECOND,
        max_queue=queue.max_queue_size,
        timeout=queue.default_timeout_microseconds * MICROSECOND if rejects else 0.0,
        instances=sum(group.count for group in config.instance_group) or 1,
        priority_levels=levels,
        default_priority=dynamic.default_priority_level if levels else 0,
        shorter_timeouts=queue.allow_timeout_override,
    )
