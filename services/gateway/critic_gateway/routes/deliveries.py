"""What became of webhooks about a photo or an album."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from critic_core.contracts.errors import (
    AlbumNotFound,
    MissingApiKey,
    InvalidApiKey,
    DeliveryNotFound,
    PhotoNotFound,
    QueueUnavailable,
    WebhooksDisabled,
)
from critic_core.contracts.webhook import Deliveries, Delivery
from critic_gateway.dependencies import Caller, PartsHere
from critic_gateway.http.problems import responses
from critic_gateway.routes.albums import AlbumHere
from critic_gateway.routes.photos import PhotoId, require_photo_id

router = APIRouter(tags=["webhooks"])

OF_PHOTO, OF_ALBUM = "/v1/photos/{photo_id}/deliveries", "/v1/albums/{album_id}/deliveries"
WHO = (MissingApiKey, InvalidApiKey, QueueUnavailable)

DeliveryId = Annotated[str, Path(description="The delivery's id, which is the header webhook-id.")]


def _photo(photo_id: PhotoId, parts: PartsHere, _: Caller) -> str:
    require_photo_id(photo_id)
    parts.store.get(photo_id)
    return f"photo:{photo_id}"


def _album(album: AlbumHere) -> str:
    return f"album:{album.id}"


def _on(parts: PartsHere) -> None:
    if not parts.settings.webhooks_on:
        raise WebhooksDisabled


WebhooksOn = Annotated[None, Depends(_on)]
Photo = Annotated[str, Depends(_photo)]
Album = Annotated[str, Depends(_album)]
# What deliveries are about, as the outbox names it.


@router.get(
    OF_PHOTO,
    summary="Did the webhook arrive?",
    response_model_exclude_none=True,
    responses=responses(PhotoNotFound, *WHO),
)
def photo_deliveries(subject: Photo, parts: PartsHere) -> Deliveries:
    """Every try so far, how it ended, and when the next one is due."""
    return Deliveries(deliveries=tuple(parts.deliveries.of(subject)))


@router.get(
    OF_ALBUM,
    summary="Did the album's webhooks arrive?",
    response_model_exclude_none=True,
    responses=responses(AlbumNotFound, *WHO),
)
def album_deliveries(subject: Album, parts: PartsHere) -> Deliveries:
    """Every try so far, how it ended, and when the next one is due."""
    return Deliveries(deliveries=tuple(parts.deliveries.of(subject)))


@router.post(
    OF_PHOTO + "/{delivery_id}/retry",
    status_code=202,
    summary="Send the webhook again",
    response_model_exclude_none=True,
    responses=responses(PhotoNotFound, DeliveryNotFound, WebhooksDisabled, *WHO),
)
def retry_for_photo(_: WebhooksOn, subject: Photo, delivery_id: DeliveryId, parts: PartsHere) -> Delivery:
    """Tries at once, and begins the schedule anew, also when it was delivered or given up."""
    return parts.deliveries.retry(subject, delivery_id)


@router.post(
    OF_ALBUM + "/{delivery_id}/retry",
    status_code=202,
    summary="Send the album's webhook again",
    response_model_exclude_none=True,
    responses=responses(AlbumNotFound, DeliveryNotFound, WebhooksDisabled, *WHO),
)
def retry_for_album(_: WebhooksOn, subject: Album, delivery_id: DeliveryId, parts: PartsHere) -> Delivery:
    """Tries at once, and begins the schedule anew, also when it was delivered or given up."""
    return parts.deliveries.retry(subject, delivery_id)
