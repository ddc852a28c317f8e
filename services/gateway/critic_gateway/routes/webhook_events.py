"""Webhooks of the contract: requests to receivers, which the sender makes; no route of the gateway."""

from typing import Annotated

from fastapi import APIRouter, Header

from critic_core.contracts.webhook import WebhookBody

router = APIRouter(
    tags=["webhooks"],
    responses={
        "2XX": {"description": "Acknowledges the delivery"},
        410: {"description": "Ends the delivery: no further attempt"},
        "4XX": {"description": "A failed attempt, retried later"},
        "5XX": {"description": "A failed attempt, retried later"},
    },
)

WebhookId = Annotated[str, Header(alias="webhook-id", description="Id of the delivery, equal in all attempts.")]
WebhookTimestamp = Annotated[
    int, Header(alias="webhook-timestamp", ge=0, description="Time of the attempt, seconds since 1970.")
]
WebhookSignature = Annotated[
    str, Header(alias="webhook-signature", description="A signature by each secret, `v1,…`, separated by spaces.")
]


@router.post("photo.done", summary="Receive a scored photo")
def photo_done(
    body: WebhookBody, webhook_id: WebhookId, timestamp: WebhookTimestamp, signature: WebhookSignature
) -> None:
    """A photo with a callback URL is done: `data` is the photo with its critique."""


@router.post("photo.failed", summary="Receive a failed photo")
def photo_failed(
    body: WebhookBody, webhook_id: WebhookId, timestamp: WebhookTimestamp, signature: WebhookSignature
) -> None:
    """A photo with a callback URL has failed: `data` is the photo with its problem."""


@router.post("album.done", summary="Receive a finished album")
def album_done(
    body: WebhookBody, webhook_id: WebhookId, timestamp: WebhookTimestamp, signature: WebhookSignature
) -> None:
    """No photo of an album with a callback URL is pending: `data` is the album with its counts."""


@router.post("batch.done", summary="Receive a finished batch")
def batch_done(
    body: WebhookBody, webhook_id: WebhookId, timestamp: WebhookTimestamp, signature: WebhookSignature
) -> None:
    """The last result of a batch with a callback URL is written: `data` is the batch, done or cancelled."""
