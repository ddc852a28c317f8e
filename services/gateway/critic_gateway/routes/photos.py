"""Photos: upload, critique, preview, original."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from critic_core.contracts.errors import (
    PhotoEmpty,
    PhotoNotFound,
    PhotoTooLarge,
    PhotoUnsupported,
    PreviewPending,
    StorageUnavailable,
)
from critic_core.contracts.photo import Photo, PhotoReceipt, PhotoState, UploadReceipt
from critic_core.runtime.storage import photo_key, preview_key
from critic_gateway.dependencies import (
    ADMISSION,
    ChangesDep,
    DeliveryStoreDep,
    JobStoreDep,
    StorageDep,
    UploadHandlerDep,
)
from critic_gateway.http.problems import ProblemResponse
from critic_gateway.notifications.long_poll import wait_until_finished
from critic_gateway.routes.openapi import (
    ACCESS_ERRORS,
    OPTION_ERRORS,
    PHOTO_ERRORS,
    UPLOAD_BODY,
    UPLOAD_ERRORS,
    responses,
)
from critic_gateway.routes.parameters import PhotoId, SenderDep, UploadOptionsDep, Wait

CACHE_HEADERS = {"Cache-Control": "private, max-age=3600"}

router = APIRouter(prefix="/v1/photos", tags=["photos"])


@router.post(
    "",
    status_code=202,
    summary="Send photos",
    dependencies=[ADMISSION],
    openapi_extra=UPLOAD_BODY,
    response_model=Photo | UploadReceipt,
    responses={
        200: {"model": Photo | UploadReceipt, "description": "Every photo is finished"},
        202: {"description": "Accepted; get the critiques by id"},
        **responses(PhotoEmpty, PhotoTooLarge, PhotoUnsupported, *UPLOAD_ERRORS, *OPTION_ERRORS, *ACCESS_ERRORS),
    },
)
async def send_photos(
    request: Request, uploads: UploadHandlerDep, sender: SenderDep, options: UploadOptionsDep, wait: Wait = 0
) -> Response:
    """One or many files as multipart, or one image as raw body.

    One file returns the photo, several files return a receipt for each, in the order of the request. `200` when every
    photo is finished within `wait` seconds, otherwise `202`.
    """
    receipts = await uploads.handle(request, sender, options, wait)
    status = upload_status(receipts)
    if len(receipts) > 1:
        return json_response(UploadReceipt(photos=tuple(receipts)), status)
    return _photo_response(receipts[0], status, request.url.path)


@router.get("/{photo_id}", summary="Get a photo", response_model_exclude_none=True, responses=responses(*PHOTO_ERRORS))
async def get_photo(photo_id: PhotoId, jobs: JobStoreDep, changes: ChangesDep, wait: Wait = 0) -> Photo:
    """State and, once done, the critique. `wait` makes it a long poll."""
    (photo,) = await wait_until_finished([photo_id], wait, jobs, changes)
    return photo


@router.delete("/{photo_id}", status_code=204, summary="Delete a photo", responses=responses(*PHOTO_ERRORS))
def delete_photo(photo_id: PhotoId, jobs: JobStoreDep, storage: StorageDep, deliveries: DeliveryStoreDep) -> None:
    """Deletes the bytes, the preview, the critique and the webhook deliveries."""
    existed = jobs.delete(photo_id)
    storage.delete(photo_key(photo_id))
    storage.delete(preview_key(photo_id))
    deliveries.delete(f"photo:{photo_id}")
    if not existed:
        raise PhotoNotFound


@router.get(
    "/{photo_id}/preview",
    summary="Get the preview of a photo",
    response_class=Response,
    responses={
        200: {"content": {"image/jpeg": {}}},
        **responses(PreviewPending, *PHOTO_ERRORS, StorageUnavailable),
    },
)
def get_preview(photo_id: PhotoId, jobs: JobStoreDep, storage: StorageDep) -> Response:
    """An upright JPEG without metadata, at most 640 pixels on the long side. `202` until the photo is done."""
    photo = jobs.get(photo_id)
    if photo.state is not PhotoState.done:
        raise PreviewPending
    return Response(storage.get(preview_key(photo_id)), media_type="image/jpeg", headers=CACHE_HEADERS)


@router.get(
    "/{photo_id}/original",
    summary="Get the original of a photo",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}}, **responses(*PHOTO_ERRORS, StorageUnavailable)},
)
def get_original(photo_id: PhotoId, jobs: JobStoreDep, storage: StorageDep) -> Response:
    """The uploaded bytes, with the media type detected from them."""
    media_type = jobs.get(photo_id).media_type
    return Response(storage.get(photo_key(photo_id)), media_type=media_type, headers=CACHE_HEADERS)


def upload_status(receipts: list[PhotoReceipt]) -> HTTPStatus:
    """`200` when every photo is finished, otherwise `202`."""
    finished = all(receipt.photo is None or receipt.photo.state.final for receipt in receipts)
    return HTTPStatus.OK if finished else HTTPStatus.ACCEPTED


def json_response(body: Photo | UploadReceipt, status: HTTPStatus) -> Response:
    """A contract as response, serialized once."""
    return Response(body.model_dump_json(exclude_none=True), status, media_type="application/json")


def _photo_response(receipt: PhotoReceipt, status: HTTPStatus, path: str) -> Response:
    photo, problem = receipt.photo, receipt.problem
    if photo is not None and photo.problem is not None:  # failed during the wait
        problem = photo.problem.model_copy(update={"instance": f"{path}/{photo.id}"})
    if problem is not None:
        return ProblemResponse(problem)
    assert photo is not None
    response = json_response(photo, status)
    response.headers["Location"] = f"{path}/{photo.id}"
    return response
