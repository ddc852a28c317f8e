"""What one more replica brings, foretold from what one does: the check of the method, as plain arithmetic.

By the utilisation law a tier of n replicas takes no more photos a second than n times its share of cores, divided by
the core time that a photo costs there; the whole machine no more than its cores divided by all costs together. The
lowest of these limits is what more replicas are worth, less what the first one lost to waiting.
"""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass

ALL = "the machine"


@dataclass(frozen=True)
class Seen:
    """So many replicas with a queue that never ran empty: photos a second, and core-milliseconds of each service."""

    per_second: float
    core_ms: dict[str, float]


@dataclass(frozen=True)
class Shares:
    """How many cores a replica of each limited service may use, and how many the machine has."""

    replica: dict[str, float]
    machine: int

    def without(self, at_rest: Mapping[str, float]) -> "Shares":
        """What is left for photos beside what a replica uses while there are none."""
        left = {name: share - at_rest.get(name, 0.0) for name, share in self.replica.items()}
        return Shares(left, self.machine)


def limits(core_ms: dict[str, float], shares: Shares, replicas: dict[str, int]) -> dict[str, float]:
    """Photos a second at which each limited tier, and the machine, has no time left."""
    found = {
        name: 1000 * share * replicas.get(name, 1) / core_ms[name]
        for name, share in shares.replica.items()
        if core_ms.get(name)
    }
    return {**found, ALL: 1000 * shares.machine / sum(core_ms.values())}


def foretold(one: Seen, shares: Shares, replicas: dict[str, int]) -> float:
    """Photos a second with so many replicas, where `one` was seen with one of each."""
    now, then = limits(one.core_ms, shares, {}), limits(one.core_ms, shares, replicas)
    return min(then.values()) * one.per_second / min(now.values())


def median(runs: list[Seen]) -> Seen:
    """Of several runs of the same: each figure's median."""
    names = runs[0].core_ms
    core_ms = {name: statistics.median(run.core_ms[name] for run in runs) for name in names}
    return Seen(statistics.median(run.per_second for run in runs), core_ms)


def error(predicted: float, measured: float) -> float:
    """As a share of what was measured; above zero where too much was foretold."""
    return predicted / measured - 1
