"""What is told to those who gave a `callback_url`, and how the telling went.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from critic_core.contracts.base import Contract

DELIVER_TASK = "critic.deliver_webhook"  # the Celery task's name; its one argument is a ticket, as text
WEBHOOK_QUEUE = "critic.webhooks"
ATTEMPTS_KEPT = 20  # of one delivery; older ones are forgotten


class Event(Contract):
    """The body of a webhook."""

    type: str = Field(description="photo.done, photo.failed or album.done")
    timestamp: datetime = Field(description="When it happened, however late it is told")
    data: dict[str, Any] = Field(description="What it happened to, as the API tells it, without the embedding")


class DeliveryState(StrEnum):
    """`pending → delivered | failed`."""

    pending = "pending"
    delivered = "delivered"
    failed = "failed"


class Outcome(StrEnum):
    """How a try ended. Why a receiver was not reached is not told: the answer must not help to map a network."""

    delivered = "delivered"
    error_status = "error_status"
    unreachable = "unreachable"


class Attempt(Contract):
    """One try to deliver."""

    at: datetime
    outcome: Outcome
    status: int | None = Field(default=None, description="HTTP status of the receiver's answer, where there was one")
    milliseconds: int | None = Field(default=None, description="Until that answer; none where there was none")
    error: str | None = Field(default=None, description="A sentence; none when it was delivered")


class Delivery(Contract):
    """An event on its way to its receiver."""

    id: str = Field(description="The header webhook-id, the same on every try: by it a receiver knows a repeat")
    type: str = Field(description="Of the event")
    timestamp: datetime = Field(description="When the event happened")
    state: DeliveryState = DeliveryState.pending
    attempt_count: int = Field(default=0, description="Begun since it was made, or since the last retry by hand")
    next_attempt_at: datetime | None = Field(default=None, description="None when nothing is planned any more")
    attempts: tuple[Attempt, ...] = Field(default=(), description=f"Oldest first, the last {ATTEMPTS_KEPT}")


class Deliveries(Contract):
    """All deliveries about one photo or album, oldest first."""

    deliveries: tuple[Delivery, ...]
