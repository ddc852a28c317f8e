"""The cost of a photo at each service: measured at a few sizes, interpolated between them."""

import os
import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pydantic import TypeAdapter

COSTS_FILE = Path(__file__).parents[2] / ".cache" / "capacity.json"


@dataclass(frozen=True)
class PhotoCost:
    """Core-milliseconds of one photo: in each service, and in each step of the worker."""

    megapixels: float
    megabytes: float
    core_ms: dict[str, float]
    steps: dict[str, float]

    @property
    def total_core_ms(self) -> float:
        """Core-milliseconds in all services."""
        return sum(self.core_ms.values())


@dataclass(frozen=True)
class MachineCosts:
    """Measurements on one machine: costs by growing size, peak memory of a process of each service and a decoder.

    `retained_kb`: what a photo of an album leaves in Redis, and its preview.
    """

    machine: str
    cores: int
    date: str
    photos: list[PhotoCost]
    memory_mb: dict[str, float]
    retained_kb: dict[str, float]

    def __post_init__(self) -> None:
        sizes = [cost.megapixels for cost in self.photos]
        if len(sizes) < 2 or any(after <= before for before, after in pairwise(sizes)):
            raise ValueError("costs need two sizes at least, from small to large")

    def covers(self, megapixels: float) -> bool:
        """True for a size within the measured range."""
        return self.photos[0].megapixels <= megapixels <= self.photos[-1].megapixels

    def photo(self, megapixels: float) -> PhotoCost:
        """Linear between the neighbouring sizes and above the largest; the smallest size's cost below it."""
        index = bisect_right([cost.megapixels for cost in self.photos], megapixels)
        before = min(max(index - 1, 0), len(self.photos) - 2)
        low, high = self.photos[before], self.photos[before + 1]
        fraction = max(0.0, (megapixels - low.megapixels) / (high.megapixels - low.megapixels))
        return PhotoCost(
            megapixels,
            interpolate(low.megabytes, high.megabytes, fraction),
            {name: interpolate(low.core_ms[name], high.core_ms[name], fraction) for name in low.core_ms},
            {name: interpolate(low.steps[name], high.steps[name], fraction) for name in low.steps},
        )


COSTS = TypeAdapter(MachineCosts)


def load_costs(path: Path) -> MachineCosts:
    """Read a file of measured costs. Raises ValueError when there is none."""
    try:
        return COSTS.validate_json(path.read_bytes())
    except OSError as error:
        raise ValueError(f"{path}: no measured costs ({os.strerror(error.errno or 0)}); run `make capacity`") from error


def save_costs(costs: MachineCosts, path: Path) -> None:
    """Write a file of measured costs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(COSTS.dump_json(costs, indent=1))


def interpolate(low: float, high: float, fraction: float) -> float:
    """`low` at 0, `high` at 1."""
    return low + fraction * (high - low)


def megapixels_of(size: str) -> float:
    """12MP or 4000x3000. Raises ValueError for other formats and for no pixels."""
    if found := re.fullmatch(r"(\d+(?:\.\d+)?)\s*MP", size, re.IGNORECASE):
        megapixels = float(found[1])
    elif found := re.fullmatch(r"(\d+)[x×](\d+)", size, re.IGNORECASE):
        megapixels = int(found[1]) * int(found[2]) / 1e6
    else:
        raise ValueError(f"a size is 12MP or 4000x3000, not {size!r}")
    if not megapixels:
        raise ValueError("a photo has pixels")
    return megapixels
