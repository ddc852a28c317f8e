"""An album for the viewers of a share link. The token of the path replaces the API key."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response, Security
from fastapi.security import APIKeyHeader

from critic_core.contracts.errors import (
    AlbumNotFound,
    InvalidPin,
    InvalidRequest,
    PhotoNotFound,
    PinLocked,
    PinRequired,
    QueueFull,
    QueueUnavailable,
    RateLimited,
    ShareNotFound,
    SharePermissionDenied,
    StorageUnavailable,
)
from critic_core.contracts.photo import Photo
from critic_core.contracts.share import Share, SharedAlbum, SharedPhotosPage, SharePass, SharePin
from critic_core.runtime.storage import photo_key, preview_key
from critic_core.stores.shares import StoredShare
from critic_gateway.auth.share_access import is_pass, is_pin, make_pass, token_digest
from critic_gateway.dependencies import SharedAlbumsDep, ShareStoreDep, StorageDep, app_state
from critic_gateway.http.stored_response import stored_response
from critic_gateway.routes.openapi import responses
from critic_gateway.routes.parameters import PageCursor, PhotoId, path_id

MAX_PAGE_SIZE = 200
PASS_HOURS = 12
_RANDOM_43 = "^[A-Za-z0-9_-]{43}$"

SHARE_ERRORS = (ShareNotFound, InvalidRequest, RateLimited, QueueUnavailable)
VIEWER_ERRORS = (PinRequired, *SHARE_ERRORS)
FAVOURITE_ERRORS = (SharePermissionDenied, PhotoNotFound, *VIEWER_ERRORS)

router = APIRouter(prefix="/v1/shared/{token}", tags=["shared"])


def _share(request: Request, token: Annotated[str, path_id("Token of the share link.", _RANDOM_43)]) -> StoredShare:
    state = app_state(request)
    key, digest = state.api_keys.anonymous, token_digest(token)
    if key.requests_per_second:
        status = state.rate_limit.count(key, digest)
        request.state.rate_limit_headers = status.headers
        status.raise_if_exceeded()
    return state.stores.shares.find(digest)


StoredShareDep = Annotated[StoredShare, Depends(_share)]
"""The share link of the path, PIN unchecked. Raises ShareNotFound, or RateLimited as for an anonymous key."""


_SHARE_PASS = Security(
    APIKeyHeader(
        name="X-Share-Pass",
        scheme_name="sharePass",
        description="`share_pass` of `unlockSharedAlbum`, for a link with a PIN.",
        auto_error=False,
    )
)


def _viewed(
    stored: StoredShareDep,
    share_pass: Annotated[str | None, _SHARE_PASS] = None,
) -> Share:
    if stored.pin_hash and not is_pass(share_pass or "", stored.pin_hash):
        raise PinRequired
    return stored.share


ViewedDep = Annotated[Share, Depends(_viewed)]
"""The share link of the path. Raises PinRequired."""


def _photo(photo_id: PhotoId, share: ViewedDep, shared: SharedAlbumsDep) -> Photo:
    return shared.photo(share, photo_id)


SharedPhotoDep = Annotated[Photo, Depends(_photo)]
"""A done photo of the shared album. Raises PhotoNotFound."""


@router.get("", summary="Get a shared album", responses=responses(*VIEWER_ERRORS))
def get_shared_album(share: ViewedDep, shared: SharedAlbumsDep) -> SharedAlbum:
    """Name, number of photos, and what the link allows. `403` `pin_required` for a link with a PIN."""
    try:
        return shared.album(share)
    except AlbumNotFound:
        raise ShareNotFound from None


@router.post("/pin", summary="Unlock a shared album", responses=responses(PinLocked, InvalidPin, *SHARE_ERRORS))
def unlock_shared_album(stored: StoredShareDep, fields: SharePin, shares: ShareStoreDep) -> SharePass:
    """A pass for the header X-Share-Pass. At most 5 wrong PINs of a link in 15 minutes."""
    if not stored.pin_hash:
        raise InvalidRequest("This share link has no PIN.")
    if wait := shares.count_attempt(stored.digest):
        raise PinLocked(retry_after_seconds=wait)
    if not is_pin(fields.pin, stored.pin_hash):
        raise InvalidPin
    shares.refund_attempt(stored.digest)
    expires_at = min(stored.share.expires_at, datetime.now(UTC) + timedelta(hours=PASS_HOURS))
    return SharePass(share_pass=make_pass(stored.pin_hash, expires_at), expires_at=expires_at)


@router.get(
    "/photos",
    summary="List the photos of a shared album",
    response_model_exclude_none=True,
    responses=responses(*VIEWER_ERRORS),
)
def list_shared_photos(
    share: ViewedDep,
    shared: SharedAlbumsDep,
    cursor: PageCursor = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE, description="Page size.")] = 100,
) -> SharedPhotosPage:
    """The done photos, best first, without scores."""
    return shared.photos(share, cursor, limit)


@router.get(
    "/photos/{photo_id}/preview",
    summary="Get the preview of a shared photo",
    response_class=Response,
    responses={
        200: {"content": {"image/jpeg": {}}},
        **responses(PhotoNotFound, *VIEWER_ERRORS, StorageUnavailable),
    },
)
async def get_shared_preview(photo: SharedPhotoDep, storage: StorageDep) -> Response:
    """An upright JPEG without metadata, at most 640 pixels on the long side."""
    return await stored_response(storage, preview_key(photo.id), "image/jpeg")


@router.get(
    "/photos/{photo_id}/original",
    summary="Get the original of a shared photo",
    response_class=Response,
    responses={
        200: {"content": {"image/*": {}}},
        **responses(*FAVOURITE_ERRORS, StorageUnavailable),
    },
)
async def get_shared_original(share: ViewedDep, photo: SharedPhotoDep, storage: StorageDep) -> Response:
    """The uploaded bytes with their metadata, if the link allows originals."""
    if not share.originals:
        raise SharePermissionDenied("This share link does not include the uploaded files.")
    response = await stored_response(storage, photo_key(photo.id), photo.media_type)
    response.headers["Content-Disposition"] = "attachment"
    return response


@router.put(
    "/photos/{photo_id}/favourite",
    status_code=204,
    summary="Mark a shared photo as favourite",
    responses=responses(QueueFull, *FAVOURITE_ERRORS),
)
def mark_favourite(photo: SharedPhotoDep, share: ViewedDep, shared: SharedAlbumsDep) -> None:
    """A suggestion to the album's owner. Changes no decision and no verdict."""
    shared.set_favourite(share, photo, favourite=True)


@router.delete(
    "/photos/{photo_id}/favourite",
    status_code=204,
    summary="Unmark a favourite of a shared album",
    responses=responses(*FAVOURITE_ERRORS),
)
def unmark_favourite(photo: SharedPhotoDep, share: ViewedDep, shared: SharedAlbumsDep) -> None:
    """Removes the mark of this share link only."""
    shared.set_favourite(share, photo, favourite=False)
