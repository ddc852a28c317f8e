"""A worker's heartbeat: proof of queue consumption, not only of a running process."""

from datetime import datetime

from pydantic import Field

from critic_core.contracts.base import Contract
from critic_core.contracts.errors import Problem

HEARTBEAT_TASK = "critic.heartbeat"


def heartbeat_queue(worker: str) -> str:
    """A queue with only this worker as consumer: an executed task proves consumption."""
    return f"critic.heartbeat.{worker}"


class SelfTest(Contract):
    """A model's result for the golden photo, or a problem."""

    model: str | None = None
    version: str | None = None
    device: str | None = None
    golden_probability: float | None = None
    problem: Problem | None = Field(default=None, description="Why the self-test failed")


class Heartbeat(SelfTest):
    """A round trip through the worker's heartbeat queue, with the self-test of the worker's model."""

    worker: str
    at: datetime = Field(description="When the task ran")
    other_models: tuple[SelfTest, ...] = Field(
        default=(), description="Self-tests of the other models served, and of canary and shadow"
    )
