"""The predicted rate of more replicas, from the measured rate of one: the planner's method as plain arithmetic.

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

    def without(self, idle: Mapping[str, float]) -> "Cores":
        """Cores left for photos beside the idle use of a replica."""
        remaining = {name: cores - idle.get(name, 0.0) for name, cores in self.replica.items()}
        return Cores(remaining, self.machine)


def max_rates(core_ms: dict[str, float], cores: Cores, replicas: dict[str, int]) -> dict[str, float]:
    """Photos a second at full utilisation of each limited tier, and of the machine."""
    tiers = {
        name: 1000 * share * replicas.get(name, 1) / core_ms[name]
        for name, share in cores.replica.items()
        if core_ms.get(name)
    }
    return {**tiers, MACHINE: 1000 * cores.machine / sum(core_ms.values())}


def predicted_rate(single: Run, cores: Cores, replicas: dict[str, int]) -> float:
    """Photos a second with these replicas; `single` was measured with one of each."""
    now, then = max_rates(single.core_ms, cores, {}), max_rates(single.core_ms, cores, replicas)
    return min(then.values()) * single.per_second / min(now.values())


def median_run(runs: list[Run]) -> Run:
    """The median of each figure."""
    core_ms = {name: statistics.median(run.core_ms[name] for run in runs) for name in runs[0].core_ms}
    return Run(statistics.median(run.per_second for run in runs), core_ms)


def relative_error(predicted: float, measured: float) -> float:
    """Positive for a prediction above the measurement."""
    return predicted / measured - 1
