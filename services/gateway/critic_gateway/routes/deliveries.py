"""What became of a photo's webhooks."""

from typing import Annotated

from fastapi import APIRouter, Path

from critic_core.contracts.errors import (
    ApiKeyMissing,
    ApiKeyWrong,
    DeliveryNotFound,
    PhotoNotFound,
    QueueUnavailable,
    WebhooksOff,
)
from critic_core.contracts.webhook import Deliveries, Delivery
from critic_gateway.parts import Caller, Parts, PartsHere
from critic_gateway.problems import responses
from critic_gateway.routes.photos import PhotoId, require_photo_id

router = APIRouter(prefix="/v1/photos/{photo_id}/deliveries", tags=["webhooks"])
DeliveryId = Annotated[str, Path(description="The delivery's id, which is the header webhook-id.")]


@router.get(
    "",
    summary="Did the webhook arrive?",
    response_model_exclude_none=True,
    responses=responses(PhotoNotFound, ApiKeyMissing, ApiKeyWrong, QueueUnavailable),
)
def deliveries(photo_id: PhotoId, parts: PartsHere, _: Caller) -> Deliveries:
    """Every try so far, how it ended, and when the next one is due."""
    return Deliveries(deliveries=tuple(parts.deliveries.of(_subject(photo_id, parts))))


@router.post(
    "/{delivery_id}/retry",
    status_code=202,
    summary="Send the webhook again",
    response_model_exclude_none=True,
    responses=responses(PhotoNotFound, DeliveryNotFound, WebhooksOff, ApiKeyMissing, ApiKeyWrong, QueueUnavailable),
)
def retry(photo_id: PhotoId, delivery_id: DeliveryId, parts: PartsHere, _: Caller) -> Delivery:
    """Tries at once, and begins the schedule anew, also when it was delivered or given up."""
    if not parts.settings.webhooks_on:
        raise WebhooksOff
    return parts.deliveries.retry(_subject(photo_id, parts), delivery_id)


def _subject(photo_id: str, parts: Parts) -> str:
    require_photo_id(photo_id)
    parts.store.get(photo_id)
    return f"photo:{photo_id}"
