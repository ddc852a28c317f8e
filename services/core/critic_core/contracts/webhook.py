"""Webhooks: the body for a `callback_url`, and the record of the delivery.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from critic_core.contracts.base import Contract

DELIVER_TASK = "critic.deliver_webhook"  # name of the Celery task; argument: a ticket as text
WEBHOOK_QUEUE = "critic.webhooks"
STORED_ATTEMPTS = 20  # the newest of a delivery


class PhotoEvent(StrEnum):
    """An event of a photo with a callback URL."""

    done = "photo.done"
    failed = "photo.failed"


class CallbackDetail(StrEnum):
    """Data of a photo that only receivers who ask for it get."""

    hashes = "hashes"
    thumbnail = "thumbnail"


class ReceiverSecrets(Contract):
    """Secrets for the verification of webhooks at one receiver; a request has a signature by each."""

    secrets: tuple[str, ...] = Field(description="`whsec_…`, newest first; the last one ends with its rotation")


class WebhookBody(Contract):
    """The body of a webhook."""

    type: str = Field(description="photo.done, photo.failed, album.done or batch.done")
    timestamp: datetime = Field(description="Time of the event, however late its delivery")
    data: dict[str, Any] = Field(
        description="The photo, album or batch as in the API, without owner, callback and fingerprints"
    )


class DeliveryState(StrEnum):
    """`pending → delivered | failed`."""

    pending = "pending"
    delivered = "delivered"
    failed = "failed"


class Outcome(StrEnum):
    """The outcome of an attempt. `unreachable` hides the cause, which would help to map a network."""

    delivered = "delivered"
    error_status = "error_status"
    unreachable = "unreachable"


class Attempt(Contract):
    """An attempt to deliver an event."""

    at: datetime
    outcome: Outcome
    status: int | None = Field(default=None, description="HTTP status of the receiver's response, if any")
    milliseconds: int | None = Field(default=None, description="Time until the response")
    error: str | None = Field(default=None, description="A sentence; none if delivered")


class Delivery(Contract):
    """The delivery of an event to its receiver."""

    id: str = Field(description="The header webhook-id, equal in all attempts, so that a receiver can drop duplicates")
    type: str = Field(description="Type of the event")
    timestamp: datetime = Field(description="Time of the event")
    state: DeliveryState = DeliveryState.pending
    attempt_count: int = Field(default=0, description="Attempts since the event, or since the last manual retry")
    next_attempt_at: datetime | None = Field(default=None, description="None once delivered or failed")
    attempts: tuple[Attempt, ...] = Field(default=(), description=f"Oldest first, the last {STORED_ATTEMPTS}")


class Deliveries(Contract):
    """The deliveries of a photo, album or batch, oldest first."""

    deliveries: tuple[Delivery, ...]
