"""A batch: assembled from requests, computed and split again. Runs in a compute thread."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from critic_inference.batching.buckets import bucket_for
from critic_inference.engine.session import Session
from critic_inference.tensors import Array

Feeds = dict[str, Array]


@dataclass(frozen=True, slots=True)
class Timing:
    """Durations of a batch's stages: assemble, compute, split (nanoseconds)."""

    input_ns: int
    infer_ns: int
    output_ns: int


@dataclass(frozen=True, slots=True)
class BatchResult:
    """Outputs in the order of the requests; `rows` without padding."""

    outputs: tuple[Feeds, ...]
    rows: int
    timing: Timing


def compute_batch(session: Session, requests: Sequence[Feeds], max_rows: int) -> BatchResult:
    """Compute requests as one batch. `max_rows` 0: a model without a batch dimension, one request at a time.

    Raises ComputeFailed.
    """
    started = time.perf_counter_ns()
    lengths = [_rows(feeds) if max_rows else 1 for feeds in requests]
    rows = sum(lengths)
    size = bucket_for(rows, max_rows) if max_rows and session.fixed_shapes else rows
    feeds = requests[0] if len(requests) == 1 and size == rows else _assemble(requests, size)
    assembled = time.perf_counter_ns()
    outputs = session.run(feeds)
    computed = time.perf_counter_ns()
    per_request = _split(outputs, lengths) if max_rows else (outputs,)
    timing = Timing(assembled - started, computed - assembled, time.perf_counter_ns() - computed)
    return BatchResult(per_request, rows, timing)


def _rows(feeds: Feeds) -> int:
    return len(next(iter(feeds.values())))


def _assemble(requests: Sequence[Feeds], size: int) -> Feeds:
    return {name: _stack([feeds[name] for feeds in requests], size) for name in requests[0]}


def _stack(arrays: list[Array], size: int) -> Array:
    batch = np.empty((size, *arrays[0].shape[1:]), arrays[0].dtype)
    filled = sum(len(array) for array in arrays)
    np.concatenate(arrays, out=batch[:filled])
    batch[filled:] = 0
    return batch


def _split(outputs: Feeds, lengths: list[int]) -> tuple[Feeds, ...]:
    stops = np.cumsum(lengths)
    starts = stops - lengths
    return tuple(
        {name: array[start:stop] for name, array in outputs.items()} for start, stop in zip(starts, stops, strict=True)
    )
