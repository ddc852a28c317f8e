"""Webhooks: secrets of receivers, deliveries of a photo, an album or a batch."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from critic_core.contracts.errors import CriticError, DeliveryNotFound, InvalidCallbackUrl, WebhooksDisabled
from critic_core.contracts.webhook import Deliveries, Delivery, ReceiverSecrets
from critic_core.runtime.outbound.public_url import LONGEST_URL
from critic_core.runtime.webhooks.callback import parse_callback
from critic_core.runtime.webhooks.receiver_secrets import encode_secret, receiver_keys
from critic_gateway.dependencies import CallerDep, DeliveryStoreDep, SettingsDep
from critic_gateway.routes.openapi import ACCESS_ERRORS, ALBUM_ERRORS, BATCH_ERRORS, PHOTO_ERRORS, responses
from critic_gateway.routes.parameters import OwnAlbum, OwnBatch, OwnPhoto, path_id

router = APIRouter(tags=["webhooks"])

DeliveryId = Annotated[str, path_id("Id of the delivery, as in the header webhook-id.")]


# The photo, album or batch as the outbox names it.
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


def _add_routes(path: str, noun: str, subject_of: Callable[..., Any], errors: tuple[type[CriticError], ...]) -> None:
    """The deliveries of a kind of subject, and their retry. `noun` with its article: `a photo`."""
    name = noun.rsplit(maxsplit=1)[-1]

    @router.get(
        path,
        name=f"list_{name}_deliveries",
        summary=f"List deliveries of {noun}",
        response_model_exclude_none=True,
        responses=responses(*errors),
    )
    def list_deliveries(subject: Annotated[str, Depends(subject_of)], deliveries: DeliveryStoreDep) -> Deliveries:
        """Attempts with their outcomes, and the time of the next attempt."""
        return Deliveries(deliveries=tuple(deliveries.of(subject)))

    @router.post(
        f"{path}/{{delivery_id}}/retry",
        name=f"retry_{name}_delivery",
        status_code=202,
        summary=f"Retry a delivery of {noun}",
        dependencies=[WEBHOOKS_ENABLED],
        response_model_exclude_none=True,
        responses=responses(DeliveryNotFound, WebhooksDisabled, *errors),
    )
    def retry_delivery(
        subject: Annotated[str, Depends(subject_of)], delivery_id: DeliveryId, deliveries: DeliveryStoreDep
    ) -> Delivery:
        """Attempts the delivery at once and restarts its backoff, also after it was delivered or failed."""
        return deliveries.retry(subject, delivery_id)


_add_routes("/v1/photos/{photo_id}/deliveries", "a photo", _photo_subject, PHOTO_ERRORS)
_add_routes("/v1/albums/{album_id}/deliveries", "an album", _album_subject, ALBUM_ERRORS)
_add_routes("/v1/batches/{batch_id}/deliveries", "a batch", _batch_subject, BATCH_ERRORS)
