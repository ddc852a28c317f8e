"""Webhooks: secrets of receivers, deliveries of a photo, an album or a batch."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from critic_core.contracts.errors import DeliveryNotFound, InvalidCallbackUrl, WebhooksDisabled
from critic_core.contracts.webhook import Deliveries, Delivery, ReceiverSecrets
from critic_core.runtime.outbound.public_url import LONGEST_URL
from critic_core.runtime.webhooks.callback import parse_callback
from critic_core.runtime.webhooks.receiver_secrets import encode_secret, receiver_keys
from critic_gateway.dependencies import CallerDep, DeliveryStoreDep, SettingsDep
from critic_gateway.routes.openapi import ACCESS_ERRORS, ALBUM_ERRORS, BATCH_ERRORS, PHOTO_ERRORS, responses
from critic_gateway.routes.parameters import OwnAlbum, OwnBatch, OwnPhoto, path_id

PHOTO_PATH, ALBUM_PATH = "/v1/photos/{photo_id}/deliveries", "/v1/albums/{album_id}/deliveries"
BATCH_PATH = "/v1/batches/{batch_id}/deliveries"

router = APIRouter(tags=["webhooks"])

DeliveryId = Annotated[str, path_id("Id of the delivery, as in the header webhook-id.")]


async def _photo_subject(photo: OwnPhoto) -> str:
    return f"photo:{photo.id}"


async def _album_subject(album: OwnAlbum) -> str:
    return f"album:{album.id}"


async def _batch_subject(batch: OwnBatch) -> str:
    return f"batch:{batch.batch.id}"


async def _ensure_webhooks(settings: SettingsDep, _: CallerDep) -> None:
    if not settings.webhooks_on:
        raise WebhooksDisabled


WEBHOOKS_ENABLED = Depends(_ensure_webhooks)
PhotoSubject = Annotated[str, Depends(_photo_subject)]
AlbumSubject = Annotated[str, Depends(_album_subject)]
BatchSubject = Annotated[str, Depends(_batch_subject)]
"""The photo, album or batch as the outbox names it."""


@router.get(
    "/v1/webhooks/secrets",
    summary="Get the secrets of a receiver",
    dependencies=[WEBHOOKS_ENABLED],
    responses=responses(WebhooksDisabled, InvalidCallbackUrl, *ACCESS_ERRORS),
)
async def get_receiver_secrets(
    caller: CallerDep,
    settings: SettingsDep,
    callback_url: Annotated[str, Query(max_length=LONGEST_URL, description="Any callback URL of the receiver.")],
) -> ReceiverSecrets:
    """Secrets of the caller's webhooks to this scheme, host and port. No other owner and no other receiver has them."""
    callback = parse_callback(callback_url, settings.webhook_allow_private)
    keys = receiver_keys(settings.webhook_secrets, caller.owner, callback)
    return ReceiverSecrets(secrets=tuple(map(encode_secret, keys)))


@router.get(
    PHOTO_PATH,
    summary="List deliveries of a photo",
    response_model_exclude_none=True,
    responses=responses(*PHOTO_ERRORS),
)
def list_photo_deliveries(subject: PhotoSubject, deliveries: DeliveryStoreDep) -> Deliveries:
    """Attempts with their outcomes, and the time of the next attempt."""
    return Deliveries(deliveries=tuple(deliveries.of(subject)))


@router.get(
    ALBUM_PATH,
    summary="List deliveries of an album",
    response_model_exclude_none=True,
    responses=responses(*ALBUM_ERRORS),
)
def list_album_deliveries(subject: AlbumSubject, deliveries: DeliveryStoreDep) -> Deliveries:
    """Attempts with their outcomes, and the time of the next attempt."""
    return Deliveries(deliveries=tuple(deliveries.of(subject)))


@router.get(
    BATCH_PATH,
    summary="List deliveries of a batch",
    response_model_exclude_none=True,
    responses=responses(*BATCH_ERRORS),
)
def list_batch_deliveries(subject: BatchSubject, deliveries: DeliveryStoreDep) -> Deliveries:
    """Attempts with their outcomes, and the time of the next attempt."""
    return Deliveries(deliveries=tuple(deliveries.of(subject)))


@router.post(
    f"{PHOTO_PATH}/{{delivery_id}}/retry",
    status_code=202,
    summary="Retry a delivery of a photo",
    dependencies=[WEBHOOKS_ENABLED],
    response_model_exclude_none=True,
    responses=responses(DeliveryNotFound, WebhooksDisabled, *PHOTO_ERRORS),
)
def retry_photo_delivery(subject: PhotoSubject, delivery_id: DeliveryId, deliveries: DeliveryStoreDep) -> Delivery:
    """Attempts the delivery at once and restarts its backoff, also after it was delivered or failed."""
    return deliveries.retry(subject, delivery_id)


@router.post(
    f"{ALBUM_PATH}/{{delivery_id}}/retry",
    status_code=202,
    summary="Retry a delivery of an album",
    dependencies=[WEBHOOKS_ENABLED],
    response_model_exclude_none=True,
    responses=responses(DeliveryNotFound, WebhooksDisabled, *ALBUM_ERRORS),
)
def retry_album_delivery(subject: AlbumSubject, delivery_id: DeliveryId, deliveries: DeliveryStoreDep) -> Delivery:
    """Attempts the delivery at once and restarts its backoff, also after it was delivered or failed."""
    return deliveries.retry(subject, delivery_id)


@router.post(
    f"{BATCH_PATH}/{{delivery_id}}/retry",
    status_code=202,
    summary="Retry a delivery of a batch",
    dependencies=[WEBHOOKS_ENABLED],
    response_model_exclude_none=True,
    responses=responses(DeliveryNotFound, WebhooksDisabled, *BATCH_ERRORS),
)
def retry_batch_delivery(subject: BatchSubject, delivery_id: DeliveryId, deliveries: DeliveryStoreDep) -> Delivery:
    """Attempts the delivery at once and restarts its backoff, also after it was delivered or failed."""
    return deliveries.retry(subject, delivery_id)
