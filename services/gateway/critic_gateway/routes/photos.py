"""Photos in, critiques out."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response

from critic_core.contracts.errors import (
    MissingApiKey,
    InvalidApiKey,
    InvalidCallbackUrl,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    ModelNotFound,
    NotReady,
    Overloaded,
    PhotoEmpty,
    PhotoNotFound,
    PhotoTooLarge,
    PhotoUnsupported,
    PreviewPending,
    QueueUnavailable,
    QuotaExceeded,
    RateLimited,
    InvalidRequest,
    RequestTooLarge,
    StorageUnavailable,
    TooManyPhotos,
    UploadTimeout,
    WebhooksDisabled,
)
from critic_core.contracts.identity import is_photo_id
from critic_core.contracts.photo import Photo, PhotoReceipt, PhotoState, UploadReceipt
from critic_core.runtime.storage import photo_key, preview_key
from critic_gateway.dependencies import ROOM, Caller, PartsHere
from critic_gateway.http.problems import ProblemResponse, responses
from critic_gateway.limits.idempotency import LONGEST_KEY
from critic_gateway.notifications.long_poll import finished
from critic_gateway.uploads.callback_parameter import AskedCallback
from critic_gateway.uploads.enqueue import Terms
from critic_gateway.uploads.handler import Sender, receive
from critic_gateway.uploads.model_parameter import AskedModel

LONGEST_WAIT_SECONDS = 30

router = APIRouter(prefix="/v1/photos", tags=["photos"])
Wait = Annotated[float, Query(ge=0, le=LONGEST_WAIT_SECONDS, description="Seconds to wait for the critique.")]
PhotoId = Annotated[str, Path(description="The photo's id, a UUIDv7.")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1, max_length=LONGEST_KEY, description="Sent again with the same body, it makes no second photo."
    ),
]
UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            },
            "image/*": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.post(
    "",
    status_code=202,
    summary="Send photos to be looked at",
    dependencies=[ROOM],
    openapi_extra=UPLOAD_BODY,
    response_model=Photo | UploadReceipt,
    responses={
        200: {"model": Photo | UploadReceipt, "description": "All that was sent is answered"},
        202: {"description": "Taken in; ask for the critique by id"},
        **responses(
            PhotoEmpty, PhotoUnsupported, PhotoTooLarge, TooManyPhotos, RequestTooLarge, InvalidRequest,
            MissingApiKey, InvalidApiKey, IdempotencyKeyReused, IdempotencyInProgress, UploadTimeout, Overloaded,
            RateLimited, QuotaExceeded,
            ModelNotFound, WebhooksDisabled, InvalidCallbackUrl, NotReady, QueueUnavailable, StorageUnavailable,
        ),
    },
)  # fmt: skip
async def send_photos(  # noqa: PLR0913, PLR0917 - one parameter for each that the request may have
    request: Request,
    parts: PartsHere,
    caller: Caller,
    model: AskedModel,
    callback_url: AskedCallback,
    wait: Wait = 0,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """One or many files as multipart, or one image as the body itself.

    One file answers with the photo, several with a receipt each, in the order sent. `200` when everything is answered
    within `wait` seconds, otherwise `202`.
    """
    receipts = await receive(
        request, parts, Sender(caller, idempotency_key), Terms(model, callback_url=callback_url), wait
    )
    return _answer(receipts, request.url.path)


@router.get(
    "/{photo_id}",
    summary="How is my photo?",
    response_model_exclude_none=True,
    responses=responses(PhotoNotFound, MissingApiKey, InvalidApiKey),
)
async def photo(photo_id: PhotoId, parts: PartsHere, _: Caller, wait: Wait = 0) -> Photo:
    """State and, once there, the critique; with `wait`, answers as soon as there is one."""
    require_photo_id(photo_id)
    return (await finished([photo_id], wait, parts.store, parts.bell))[0]


@router.delete(
    "/{photo_id}",
    status_code=204,
    summary="Forget a photo",
    responses=responses(PhotoNotFound, MissingApiKey, InvalidApiKey),
)
def forget_photo(photo_id: PhotoId, parts: PartsHere, _: Caller) -> None:
    """Forgets everything about a photo: its bytes, its preview, its critique."""
    require_photo_id(photo_id)
    known = parts.store.delete(photo_id)
    parts.storage.delete(photo_key(photo_id))
    parts.storage.delete(preview_key(photo_id))
    parts.deliveries.forget(f"photo:{photo_id}")
    if not known:
        raise PhotoNotFound


@router.get(
    "/{photo_id}/preview",
    summary="A small JPEG of the photo",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, **responses(PhotoNotFound, PreviewPending)},
)
def preview(photo_id: PhotoId, parts: PartsHere, _: Caller) -> Response:
    """Upright, without metadata, at most 640 pixels long; there once the photo is done."""
    require_photo_id(photo_id)
    if parts.store.get(photo_id).state is not PhotoState.done:
        raise PreviewPending
    data = parts.storage.get(preview_key(photo_id))
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


@router.get(
    "/{photo_id}/original",
    summary="The photo as it was sent",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}}, **responses(PhotoNotFound, MissingApiKey, InvalidApiKey)},
)
def original(photo_id: PhotoId, parts: PartsHere, _: Caller) -> Response:
    """The very bytes of the upload, with the media type that they were found to have."""
    require_photo_id(photo_id)
    media_type = parts.store.get(photo_id).media_type
    data = parts.storage.get(photo_key(photo_id))
    return Response(data, media_type=media_type, headers={"Cache-Control": "private, max-age=3600"})


def _answer(receipts: list[PhotoReceipt], path: str) -> Response:
    finished = all(receipt.photo is None or receipt.photo.state.final for receipt in receipts)
    status = 200 if finished else 202
    if len(receipts) > 1:
        return _json(UploadReceipt(photos=tuple(receipts)), status)
    photo, problem = receipts[0].photo, receipts[0].problem
    if photo is not None and photo.problem is not None:  # waited for, and found unusable
        problem = photo.problem.model_copy(update={"instance": f"{path}/{photo.id}"})
    if problem is not None:
        return ProblemResponse(problem)
    assert photo is not None
    response = _json(photo, status)
    response.headers["Location"] = f"{path}/{photo.id}"
    return response


def _json(body: Photo | UploadReceipt, status: int) -> Response:
    return Response(body.model_dump_json(exclude_none=True), status, media_type="application/json")


def require_photo_id(photo_id: str) -> None:
    """PhotoNotFound for an id that no photo can have."""
    if not is_photo_id(photo_id):
        raise PhotoNotFound
