"""Photos: upload, critique, preview, original."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from critic_core.contracts.account import PhotosPage
from critic_core.contracts.errors import (
    InvalidRequest,
    PhotoEmpty,
    PhotoTooLarge,
    PhotoUnsupported,
    PreviewPending,
    StorageUnavailable,
)
from critic_core.contracts.photo import Photo, PhotoReceipt, PhotoState, UploadReceipt
from critic_core.runtime.storage import photo_key, preview_key
from critic_core.stores.owners import OwnerIndex
from critic_gateway.dependencies import (
    ADMISSION,
    CallerDep,
    ChangesDep,
    ErasureDep,
    JobStoreDep,
    OwnerStoreDep,
    StorageDep,
    UploadHandlerDep,
)
from critic_gateway.http import cursors
from critic_gateway.http.problems import ProblemResponse
from critic_gateway.http.storage_threads import in_storage_thread
from critic_gateway.http.stored_response import stored_response
from critic_gateway.notifications.long_poll import wait_until_finished
from critic_gateway.routes.fields import Excluded, UnwantedFields, json_response
from critic_gateway.routes.listing import PhotoListParams
from critic_gateway.routes.openapi import (
    ACCESS_ERRORS,
    LOCATION,
    OPTION_ERRORS,
    PHOTO_ERRORS,
    UPLOAD_BODY,
    UPLOAD_ERRORS,
    responses,
)
from critic_gateway.routes.parameters import OwnPhoto, UploadCallerDep, UploadOptionsDep, Wait

router = APIRouter(prefix="/v1/photos", tags=["photos"])


@router.post(
    "",
    status_code=202,
    summary="Send photos",
    dependencies=[ADMISSION],
    openapi_extra=UPLOAD_BODY,
    response_model=Photo | UploadReceipt,
    responses={
        200: {"model": Photo | UploadReceipt, "description": "Every photo is finished", **LOCATION},
        202: {"description": "Accepted; get the critiques by id", **LOCATION},
        **responses(PhotoEmpty, PhotoTooLarge, PhotoUnsupported, *UPLOAD_ERRORS, *OPTION_ERRORS, *ACCESS_ERRORS),
    },
)
async def send_photos(  # noqa: PLR0913, PLR0917 - dependencies of the route
    request: Request,
    uploads: UploadHandlerDep,
    sender: UploadCallerDep,
    options: UploadOptionsDep,
    unwanted: UnwantedFields,
    wait: Wait = 0,
) -> Response:
    """One or many files as multipart, or one image as raw body.

    One file returns the photo, several files return a receipt for each, in the order of the request. `200` when every
    photo is finished within `wait` seconds, otherwise `202`.
    """
    receipts = await uploads.handle(request, sender, options, wait)
    status = upload_status(receipts)
    if len(receipts) > 1:
        return receipts_response(receipts, status, unwanted)
    return _photo_response(receipts[0], status, request.url.path, unwanted)


@router.get("", summary="List photos", response_model=PhotosPage, responses=responses(InvalidRequest, *ACCESS_ERRORS))
def list_photos(
    caller: CallerDep, owners: OwnerStoreDep, jobs: JobStoreDep, params: Annotated[PhotoListParams, Query()]
) -> Response:
    """The caller's photos, newest first, without critiques."""
    owner, kind = caller.owner, OwnerIndex.photos
    ids = owners.find(owner, kind, params.limit, params.after(owner, kind), params.filters)
    following = cursors.encode_id(owner, kind, ids.following)
    page = PhotosPage(photos=tuple(jobs.entries(ids.ids)), next_cursor=following)
    return json_response(page, excluded={"photos": {"__all__": params.unwanted}})


@router.get("/{photo_id}", summary="Get a photo", response_model=Photo, responses=responses(*PHOTO_ERRORS))
async def get_photo(
    photo: OwnPhoto, jobs: JobStoreDep, changes: ChangesDep, unwanted: UnwantedFields, wait: Wait = 0
) -> Response:
    """State and, once done, the critique. `wait` makes it a long poll."""
    if wait and not photo.state.final:
        (photo,) = await wait_until_finished([photo.id], wait, jobs, changes)
    return json_response(photo, excluded=unwanted)


@router.delete("/{photo_id}", status_code=204, summary="Delete a photo", responses=responses(*PHOTO_ERRORS))
async def delete_photo(photo: OwnPhoto, erasure: ErasureDep) -> None:
    """Deletes the bytes, the preview, the critique and the webhook deliveries."""
    await in_storage_thread(erasure.delete_photo, photo.id)


@router.get(
    "/{photo_id}/preview",
    summary="Get the preview of a photo",
    response_class=Response,
    responses={
        200: {"content": {"image/jpeg": {}}},
        **responses(PreviewPending, *PHOTO_ERRORS, StorageUnavailable),
    },
)
async def get_preview(photo: OwnPhoto, storage: StorageDep) -> Response:
    """An upright JPEG without metadata, at most 640 pixels on the long side. `202` until the photo is done."""
    if photo.state is not PhotoState.done:
        raise PreviewPending
    return await stored_response(storage, preview_key(photo.id), "image/jpeg")


@router.get(
    "/{photo_id}/original",
    summary="Get the original of a photo",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}}, **responses(*PHOTO_ERRORS, StorageUnavailable)},
)
async def get_original(photo: OwnPhoto, storage: StorageDep) -> Response:
    """The uploaded bytes, with the media type detected from them."""
    return await stored_response(storage, photo_key(photo.id), photo.media_type)


def upload_status(receipts: list[PhotoReceipt]) -> HTTPStatus:
    """`200` when every photo is finished, otherwise `202`."""
    finished = all(receipt.photo is None or receipt.photo.state.final for receipt in receipts)
    return HTTPStatus.OK if finished else HTTPStatus.ACCEPTED


def receipts_response(receipts: list[PhotoReceipt], status: HTTPStatus, unwanted: Excluded) -> Response:
    """Receipts of several files, their photos without the unwanted fields."""
    return json_response(UploadReceipt(photos=tuple(receipts)), status, {"photos": {"__all__": {"photo": unwanted}}})


def _photo_response(receipt: PhotoReceipt, status: HTTPStatus, path: str, unwanted: Excluded) -> Response:
    photo, problem = receipt.photo, receipt.problem
    if photo is not None and photo.problem is not None:  # failed during the wait
        problem = photo.problem.model_copy(update={"instance": f"{path}/{photo.id}"})
    if problem is not None:
        return ProblemResponse(problem)
    assert photo is not None
    response = json_response(photo, status, unwanted)
    response.headers["Location"] = f"{path}/{photo.id}"
    return response
