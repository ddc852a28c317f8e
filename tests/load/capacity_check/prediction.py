"""The predicted rate after a change, from the measured rate before: the planner's method as plain arithmetic.

By the utilisation law, n replicas of a tier have a maximum rate of n times their share of cores divided by the core
time of a photo; the machine's maximum is its cores divided by the core time in all tiers. The lowest maximum is the
limit, and the predicted rate falls short of it in the proportion in which the measured one does.
"""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass

MACHINE = "the machine"


@dataclass(frozen=True)
class Run:
    """A measurement with a queue that never ran empty: photos a second, and core-milliseconds of each service."""

    per_second: float
    core_ms: dict[str, float]


@dataclass(frozen=True)
class Cores:
    """Cores that a replica of each limited service may use, and cores of the machine."""

    replica: dict[str, float]
    machine: int


@dataclass(frozen=True)
class Setup:
    """Core-milliseconds of a photo in each service, and replicas other than one."""

    core_ms: Mapping[str, float]
    replicas: Mapping[str, int]

    def max_rates(self, cores: Cores) -> dict[str, float]:
        """Photos a second at full utilisation of each limited tier, and of the machine."""
        tiers = {
            name: 1000 * share * self.replicas.get(name, 1) / self.core_ms[name]
            for name, share in cores.replica.items()
            if self.core_ms.get(name)
        }
        return {**tiers, MACHINE: 1000 * cores.machine / sum(self.core_ms.values())}


def predicted_rate(measured: float, cores: Cores, before: Setup, after: Setup) -> float:
    """Photos a second after a change; `measured` was the rate before it."""
    return measured * min(after.max_rates(cores).values()) / min(before.max_rates(cores).values())


def median_run(runs: list[Run]) -> Run:
    """The median of each figure."""
    core_ms = {name: statistics.median(run.core_ms[name] for run in runs) for name in runs[0].core_ms}
    return Run(statistics.median(run.per_second for run in runs), core_ms)


def relative_error(predicted: float, measured: float) -> float:
    """Positive for a prediction above the measurement."""
    return predicted / measured - 1
