"""What a photo costs each stage, measured at a few sizes, and told for any size between them."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

SERVICES = ("gateway", "worker", "inference", "redis")


@dataclass(frozen=True)
class Cost:
    """Of one photo of a size: milliseconds of one core in each service, and in each step of the worker's own work."""

    megapixels: float
    megabytes: float
    core_ms: dict[str, float]
    steps: dict[str, float]

    @property
    def together(self) -> float:
        """Core-milliseconds in all services."""
        return sum(self.core_ms.values())


@dataclass(frozen=True)
class Limits:
    """What was measured on one machine: costs by growing size, and the most memory a process of each service took."""

    machine: str
    cores: int
    date: str
    costs: list[Cost]
    memory_mb: dict[str, float]

    def __post_init__(self) -> None:
        if len(self.costs) < 2 or any(after.megapixels <= before.megapixels for before, after in pairwise(self.costs)):
            raise ValueError("costs are told by two sizes at least, from small to large")

    def covers(self, megapixels: float) -> bool:
        """Whether that size lies among those that were measured."""
        return self.costs[0].megapixels <= megapixels <= self.costs[-1].megapixels

    def of(self, megapixels: float) -> Cost:
        """On the straight line between the two sizes around it; beyond the largest, on the last line."""
        place = bisect_right([cost.megapixels for cost in self.costs], megapixels)
        before = min(max(place - 1, 0), len(self.costs) - 2)
        low, high = self.costs[before], self.costs[before + 1]
        part = max(0.0, (megapixels - low.megapixels) / (high.megapixels - low.megapixels))
        return Cost(
            megapixels,
            between(low.megabytes, high.megabytes, part),
            {name: between(low.core_ms[name], high.core_ms[name], part) for name in low.core_ms},
            {name: between(low.steps[name], high.steps[name], part) for name in low.steps},
        )


def between(low: float, high: float, part: float) -> float:
    """`low` at 0, `high` at 1."""
    return low + part * (high - low)


def megapixels_of(size: str) -> float:
    """12MP or 4000x3000. ValueError when it is neither."""
    if found := re.fullmatch(r"(\d+(?:\.\d+)?)\s*MP", size, re.IGNORECASE):
        told = float(found[1])
    elif found := re.fullmatch(r"(\d+)[x×](\d+)", size, re.IGNORECASE):
        told = int(found[1]) * int(found[2]) / 1e6
    else:
        raise ValueError(f"a size is told as 12MP or 4000x3000, not as {size!r}")
    if not told:
        raise ValueError("a photo has pixels")
    return told
