"""The throughput of a GPU: measured by a benchmark, or assumed."""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

from infra.capacity.costs import PhotoCost
from pydantic import TypeAdapter


@dataclass(frozen=True)
class Figure:
    """One row of `tests.load.inference`: a variant at one batch size."""

    variant: str
    batch: int
    per_second: float
    """Photos."""
    median_ms: float
    p99_ms: float
    core_ms: float | None = None
    """A photo, of the server's process; None without a server."""


FIGURES = TypeAdapter(list[Figure])


@dataclass(frozen=True)
class Gpu:
    """Throughput of one GPU, and the CPU cost of a photo beside it."""

    per_second: float
    seconds: float
    """Latency of a batch."""
    core_ms: float
    source: str
    """Origin of these figures, for the report."""
    decodes: bool = False
    """Workers leave the decoding of photos to it."""


def gpu_of(argument: str, cost: PhotoCost) -> Gpu:
    """From a file of figures, or from an assumed rate. Raises ValueError for anything else."""
    path = Path(argument)
    return _measured(path) if path.is_file() else _assumed(argument, cost)


def with_decoding(gpu: Gpu, per_second: float) -> Gpu:
    """A GPU that decodes, too, at an assumed rate: photos take turns in both. No service decodes on a GPU yet."""
    seconds = 1 / gpu.per_second + 1 / per_second
    source = f"{gpu.source}; **assumed**: it decodes {per_second:g} photos/s"
    return replace(gpu, per_second=1 / seconds, seconds=gpu.seconds + 1 / per_second, source=source, decodes=True)


def _measured(path: Path) -> Gpu:
    figures = FIGURES.validate_python(json.loads(path.read_text()))
    served = [figure for figure in figures if figure.variant.startswith("server")]
    if not served:
        raise ValueError(f"{path} holds no figures of the server")
    best = max(served, key=lambda figure: figure.per_second)
    source = f"GPU as measured in {path}: {best.per_second:.0f} photos/s in batches of {best.batch}"
    return Gpu(best.per_second, best.median_ms / 1000, best.core_ms or 0.0, source)


def _assumed(argument: str, cost: PhotoCost) -> Gpu:
    rate = float(argument) if re.fullmatch(r"\d+(\.\d+)?", argument) else 0.0
    if not rate:
        raise ValueError(f"{argument} is no file of figures, and no number of photos a second")
    source = f"**assumed, not measured**: a GPU takes {rate:g} photos/s, and spares the CPU nothing"
    return Gpu(rate, 1 / rate, cost.core_ms["inference"], source)
