"""A worker's sign of life: it proves consumption, not just a process."""

from datetime import datetime

from pydantic import Field

from critic_core.contracts.base import Contract
from critic_core.contracts.errors import Problem

PULSE_TASK = "critic.pulse"


def pulse_queue(worker: str) -> str:
    """The queue that only this worker consumes; a task that comes out of it proves that the worker consumes."""
    return f"critic.pulse.{worker}"


class Proof(Contract):
    """What a model said of the golden photo, or why it said nothing."""

    model: str | None = None
    version: str | None = None
    device: str | None = None
    golden_probability: float | None = None
    problem: Problem | None = Field(default=None, description="Why the golden photo did not come out right")


class Pulse(Proof):
    """The golden photo travelled through a worker and the inference server, or failed to: with the worker's model."""

    worker: str
    at: datetime = Field(description="When the task was run")
    others: tuple[Proof, ...] = Field(default=(), description="The same with the other models that are served")
