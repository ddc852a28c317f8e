"""What a plan costs a month, at prices of the reader's own provider."""

from dataclasses import dataclass

from infra.capacity.plan import Plan

HOURS_A_MONTH = 730


@dataclass(frozen=True)
class Prices:
    """Prices in one currency: an hour of a core and of a GPU, a month of a gigabyte of memory and of storage."""

    core_hour: float
    gpu_hour: float
    memory_gb_month: float
    storage_gb_month: float

    @classmethod
    def read(cls, text: str) -> "Prices":
        """`0.03,1.5,2.5,0.02`. Raises ValueError for anything else."""
        try:
            return cls(*map(float, text.split(",")))
        except (TypeError, ValueError) as error:
            raise ValueError("prices are four numbers, such as 0.03,1.5,2.5,0.02") from error

    def month(self, plan: Plan) -> float:
        """All machines of a stack."""
        processors = HOURS_A_MONTH * (plan.cores * self.core_hour + plan.gpus * self.gpu_hour)
        return processors + plan.memory_mb / 1000 * self.memory_gb_month


def bill(prices: Prices, plan: Plan, storage_gb: float, stacks: int, photos: float) -> str:
    """A sentence: a month of all stacks, and of a thousand photos; storage and `photos` a month are those of all."""
    month = stacks * prices.month(plan) + storage_gb * prices.storage_gb_month
    return f"Price: {month:,.0f} a month, {1000 * month / photos:.3f} for a thousand photos."
