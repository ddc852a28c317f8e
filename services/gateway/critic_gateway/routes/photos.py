"""Photos in, critiques out."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from critic_core.contracts.errors import (
    ApiKeyMissing,
    ApiKeyWrong,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    ModelNotFound,
    NotReady,
    Overloaded,
    PhotoEmpty,
    PhotoNotFound,
    PhotoTooManyBytes,
    PhotoUnsupported,
    PreviewNotReady,
    QueueUnavailable,
    RequestInvalid,
    RequestTooLarge,
    StorageUnavailable,
    TooManyPhotos,
    UploadTooSlow,
)
from critic_core.contracts.identity import is_photo_id
from critic_core.contracts.photo import Photo, PhotoReceipt, PhotoState, UploadReceipt
from critic_core.runtime.storage import photo_key, preview_key
from critic_gateway import accepting
from critic_gateway.idempotency import LONGEST_KEY, Earlier, body_digest, same_body
from critic_gateway.intake import IntakeLimits, RefusedFile, TakenFile, forget, take_in
from critic_gateway.model_choice import AskedModel
from critic_gateway.parts import Caller, Parts, PartsHere
from critic_gateway.problems import ProblemResponse, responses
from critic_gateway.upload_body import upload_events

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
    openapi_extra=UPLOAD_BODY,
    response_model=Photo | UploadReceipt,
    responses={
        200: {"model": Photo | UploadReceipt, "description": "All that was sent is answered"},
        202: {"description": "Taken in; ask for the critique by id"},
        **responses(
            PhotoEmpty, PhotoUnsupported, PhotoTooManyBytes, TooManyPhotos, RequestTooLarge, RequestInvalid,
            ApiKeyMissing, ApiKeyWrong, IdempotencyKeyReused, IdempotencyInProgress, UploadTooSlow, Overloaded,
            ModelNotFound, NotReady, QueueUnavailable, StorageUnavailable,
        ),
    },
)  # fmt: skip
async def send_photos(  # noqa: PLR0913, PLR0917 - one parameter for each that the request may have
    request: Request,
    parts: PartsHere,
    caller: Caller,
    model: AskedModel,
    wait: Wait = 0,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """One or many files as multipart, or one image as the body itself.

    One file answers with the photo, several with a receipt each, in the order sent. `200` when everything is answered
    within `wait` seconds, otherwise `202`.
    """
    if idempotency_key is None:
        receipts = await _take_and_accept(request, parts, model)
    else:
        receipts = await _once(request, parts, caller, idempotency_key, model)
    return _answer(await _waited(receipts, parts, wait), request.url.path)


@router.get(
    "/{photo_id}",
    summary="How is my photo?",
    response_model_exclude_none=True,
    responses=responses(PhotoNotFound, ApiKeyMissing, ApiKeyWrong),
)
async def photo(photo_id: PhotoId, parts: PartsHere, _: Caller, wait: Wait = 0) -> Photo:
    """State and, once there, the critique; with `wait`, answers as soon as there is one."""
    _known_form(photo_id)
    return (await parts.waiting.finished([photo_id], wait))[0]


@router.delete(
    "/{photo_id}",
    status_code=204,
    summary="Forget a photo",
    responses=responses(PhotoNotFound, ApiKeyMissing, ApiKeyWrong),
)
def forget_photo(photo_id: PhotoId, parts: PartsHere, _: Caller) -> None:
    """Forgets everything about a photo: its bytes, its preview, its critique."""
    _known_form(photo_id)
    known = parts.store.delete(photo_id)
    parts.storage.delete(photo_key(photo_id))
    parts.storage.delete(preview_key(photo_id))
    if not known:
        raise PhotoNotFound


@router.get(
    "/{photo_id}/preview",
    summary="A small JPEG of the photo",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, **responses(PhotoNotFound, PreviewNotReady)},
)
def preview(photo_id: PhotoId, parts: PartsHere, _: Caller) -> Response:
    """Upright, without metadata, at most 640 pixels long; there once the photo is done."""
    _known_form(photo_id)
    if parts.store.get(photo_id).state is not PhotoState.done:
        raise PreviewNotReady
    data = parts.storage.get(preview_key(photo_id))
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


async def _take(request: Request, parts: Parts) -> list[TakenFile]:
    settings = parts.settings
    limits = IntakeLimits(settings.max_photo_bytes, settings.max_request_bytes, settings.max_photos_per_request)
    events = upload_events(request.headers.get("content-type", ""), request.stream())
    try:
        async with asyncio.timeout(settings.upload_timeout_seconds):
            taken = await take_in(events, parts.storage, limits)
    except TimeoutError:
        raise UploadTooSlow from None
    if not taken:
        raise RequestInvalid("The upload has no file: send multipart with a file, or the image as the body.")
    return taken


async def _take_and_accept(request: Request, parts: Parts, model: str | None) -> list[PhotoReceipt]:
    await run_in_threadpool(accepting.ensure_room, parts)
    return await run_in_threadpool(accepting.accept, await _take(request, parts), parts, model)


async def _once(request: Request, parts: Parts, caller: str, key: str, model: str | None) -> list[PhotoReceipt]:
    """The same as `_take_and_accept`, but only the first time that this caller sends this key."""
    earlier = await run_in_threadpool(parts.keys.begin, caller, key)
    if earlier is not None:
        return await _again(request, parts, earlier, model)
    try:
        await run_in_threadpool(accepting.ensure_room, parts)
        taken = await _take(request, parts)
        receipts = await run_in_threadpool(accepting.accept, taken, parts, model)
        ids = tuple(receipt.photo.id for receipt in receipts if receipt.photo is not None)
        await run_in_threadpool(parts.keys.keep, caller, key, Earlier(body_digest(taken, model), ids))
    except BaseException:
        await run_in_threadpool(parts.keys.give_back, caller, key)
        raise
    return receipts


async def _again(request: Request, parts: Parts, earlier: Earlier, model: str | None) -> list[PhotoReceipt]:
    """The answer to a repeated upload: its bytes are compared with the first one's, and dropped."""
    taken = await _take(request, parts)
    await forget(taken, parts.storage)
    same_body(earlier, taken, model)
    ids = iter(earlier.photo_ids)
    return [
        accepting.refused(file)
        if isinstance(file, RefusedFile)
        else PhotoReceipt(file_name=file.file_name, photo=await run_in_threadpool(parts.store.get, next(ids)))
        for file in taken
    ]


async def _waited(receipts: list[PhotoReceipt], parts: Parts, wait: float) -> list[PhotoReceipt]:
    ids = [receipt.photo.id for receipt in receipts if receipt.photo is not None]
    photos = {photo.id: photo for photo in await parts.waiting.finished(ids, wait)} if wait and ids else {}
    return [
        receipt.model_copy(update={"photo": photos.get(receipt.photo.id, receipt.photo)}) if receipt.photo else receipt
        for receipt in receipts
    ]


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


def _known_form(photo_id: str) -> None:
    if not is_photo_id(photo_id):
        raise PhotoNotFound
