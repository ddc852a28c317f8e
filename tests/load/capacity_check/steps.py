"""The changes that are predicted: another worker, another inference replica, smaller photos."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.capacity.costs import MachineCosts, megapixels_of
from tests.load.capacity_check.prediction import Cores, Run, Setup, predicted_rate

SMALL, LARGE = "1024x768", "4000x3000"


@dataclass(frozen=True)
class Case:
    """What is measured: photos of one size, and replicas of each service."""

    size: str = SMALL
    replicas: Mapping[str, int] = field(default_factory=lambda: {"worker": 1, "inference": 1})


@dataclass(frozen=True)
class Step:
    """A change, with CPU limits under which one service is the bottleneck on a machine of two cores."""

    name: str
    before: Case
    after: Case
    cores: Mapping[str, float]

    def predicted(self, before: Run, costs: MachineCosts, machine_cores: int) -> float:
        """Photos a second after the change."""
        setups = [Setup(self._core_ms(case, before, costs), case.replicas) for case in (self.before, self.after)]
        return predicted_rate(before.per_second, Cores(dict(self.cores), machine_cores), *setups)

    def _core_ms(self, case: Case, before: Run, costs: MachineCosts) -> Mapping[str, float]:
        """As measured before, unless the size changes: then the planner's, of both sizes."""
        if self.before.size == self.after.size:
            return before.core_ms
        return costs.photo(megapixels_of(case.size)).core_ms


STEPS = (
    Step("1 → 2 workers", Case(), Case(replicas={"worker": 2, "inference": 1}), {"worker": 0.25}),
    Step("1 → 2 inference replicas", Case(), Case(replicas={"worker": 1, "inference": 2}), {"inference": 0.1}),
    Step("12 megapixels → 1024×768", Case(LARGE), Case(), {"worker": 0.25}),
)
