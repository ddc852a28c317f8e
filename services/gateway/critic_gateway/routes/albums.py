"""Albums: make one, add photos, look at the ranking, decide, forget."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response

from critic_core.contracts.album import Album, AlbumPage, Choice, Counts, Decisions, NewAlbum
from critic_core.contracts.errors import (
    AlbumFull,
    AlbumNotFound,
    MissingApiKey,
    InvalidApiKey,
    InvalidCallbackUrl,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    ModelNotFound,
    NotReady,
    Overloaded,
    PhotoNotFound,
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
from critic_core.contracts.identity import is_photo_id, new_photo_id
from critic_core.contracts.photo import UploadReceipt
from critic_gateway.albums import cursors
from critic_gateway.dependencies import ROOM, Caller, Parts, PartsHere
from critic_gateway.http.problems import responses
from critic_gateway.routes.photos import UPLOAD_BODY, IdempotencyKey, PhotoId, Wait, require_photo_id
from critic_gateway.uploads.callback_parameter import check_callback
from critic_gateway.uploads.enqueue import Terms
from critic_gateway.uploads.handler import Sender, receive
from critic_gateway.uploads.model_parameter import require_served

MOST_PHOTOS_A_PAGE = 1000

router = APIRouter(prefix="/v1/albums", tags=["albums"])

Limit = Annotated[int, Query(ge=1, le=MOST_PHOTOS_A_PAGE, description="Entries a page.")]
PageCursor = Annotated[
    str | None, Query(alias="cursor", max_length=200, description="`next_cursor` of the page before.")
]


def _album(
    album_id: Annotated[str, Path(description="The album's id, a UUIDv7.")], parts: PartsHere, _: Caller
) -> Album:
    if not is_photo_id(album_id):
        raise AlbumNotFound
    return parts.albums.get(album_id)


AlbumHere = Annotated[Album, Depends(_album)]
"""The album that the path names, as it is now. Raises AlbumNotFound."""

WHO = (MissingApiKey, InvalidApiKey, QueueUnavailable)


@router.post(
    "",
    status_code=201,
    summary="Make an album",
    responses=responses(InvalidRequest, ModelNotFound, WebhooksDisabled, InvalidCallbackUrl, *WHO),
)
def make_album(
    parts: PartsHere, _: Caller, response: Response, wished: Annotated[NewAlbum | None, Body()] = None
) -> Album:
    """An empty album. Its photos live as long as it does."""
    album = _new_album(wished or NewAlbum(), parts)
    parts.albums.create(album)
    response.headers["Location"] = f"{router.prefix}/{album.id}"
    return album


@router.post(
    "/{album_id}/photos",
    status_code=202,
    summary="Add photos to an album",
    dependencies=[ROOM],
    openapi_extra=UPLOAD_BODY,
    response_model=UploadReceipt,
    responses={
        200: {"model": UploadReceipt, "description": "All that was sent is answered"},
        202: {"description": "Taken in"},
        **responses(
            AlbumNotFound, AlbumFull, TooManyPhotos, RequestTooLarge, InvalidRequest, MissingApiKey, InvalidApiKey,
            IdempotencyKeyReused, IdempotencyInProgress, UploadTimeout, Overloaded,
            RateLimited, QuotaExceeded, NotReady, QueueUnavailable,
            StorageUnavailable,
        ),
    },
)  # fmt: skip
async def add_photos(  # noqa: PLR0913, PLR0917 - one parameter for each that the request may have
    request: Request,
    album: AlbumHere,
    parts: PartsHere,
    caller: Caller,
    wait: Wait = 0,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """One or many files as multipart, or one image as the body itself; a receipt for each, in the order sent.

    In any order, in many requests, also again: bytes that the album has already are told as `duplicate`, and make no second
    photo.
    """
    terms = Terms(album.model, album)
    receipts = await receive(request, parts, Sender(caller, idempotency_key), terms, wait)
    finished = all(receipt.photo is None or receipt.photo.state.final for receipt in receipts)
    body = UploadReceipt(photos=tuple(receipts)).model_dump_json(exclude_none=True)
    return Response(body, 200 if finished else 202, media_type="application/json")


@router.get(
    "/{album_id}",
    summary="How far is it, and which are the best?",
    response_model_exclude_none=True,
    responses=responses(AlbumNotFound, InvalidRequest, *WHO),
)
def album(album: AlbumHere, parts: PartsHere, cursor: PageCursor = None, limit: Limit = 100) -> AlbumPage:
    """Counts, and a page of the ranking by score. Right at any moment, also while photos are still coming."""
    page = parts.albums.page(album.id, cursors.place(cursor), limit)
    return AlbumPage(album=album, photos=page.photos, next_cursor=cursors.told_place(page.following))


@router.delete("/{album_id}", status_code=204, summary="Forget an album", responses=responses(AlbumNotFound, *WHO))
def forget_album(album: AlbumHere, parts: PartsHere) -> None:
    """The album is unknown at once; a worker deletes its photos with all that is known of them within seconds."""
    parts.albums.forget(album.id)
    parts.deliveries.forget(f"album:{album.id}")


@router.get(
    "/{album_id}/photos/{photo_id}/decision",
    summary="What was decided?",
    response_model_exclude_none=True,
    responses=responses(AlbumNotFound, PhotoNotFound, *WHO),
)
def decision(album: AlbumHere, photo_id: PhotoId, parts: PartsHere) -> Decisions:
    """The photographer's own decision about a photo, and those before it."""
    require_photo_id(photo_id)
    return parts.albums.decisions(album.id, photo_id)


@router.put(
    "/{album_id}/photos/{photo_id}/decision",
    summary="Pick, reject or give stars",
    response_model_exclude_none=True,
    responses=responses(AlbumNotFound, PhotoNotFound, InvalidRequest, *WHO),
)
def decide(album: AlbumHere, photo_id: PhotoId, choice: Choice, parts: PartsHere) -> Decisions:
    """Goes before whatever is proposed, and is not lost when the photo is scored anew."""
    require_photo_id(photo_id)
    return parts.albums.decide(album.id, photo_id, choice)


@router.post(
    "/{album_id}/photos/{photo_id}/decision/undo",
    summary="Take the last decision back",
    response_model_exclude_none=True,
    responses=responses(AlbumNotFound, PhotoNotFound, *WHO),
)
def undo(album: AlbumHere, photo_id: PhotoId, parts: PartsHere) -> Decisions:
    """The decision before the last one counts again; when there is none, what is proposed."""
    require_photo_id(photo_id)
    return parts.albums.undo(album.id, photo_id)


def _new_album(wished: NewAlbum, parts: Parts) -> Album:
    longest = parts.settings.album_ttl_seconds
    if wished.ttl_seconds is not None and wished.ttl_seconds > longest:
        raise InvalidRequest(f"An album lives for {longest:,} seconds at most.")
    if wished.model is not None:
        require_served(wished.model, parts)
    if wished.callback_url is not None:
        check_callback(wished.callback_url, parts.settings)
    now = datetime.now(UTC)
    return Album(
        id=new_photo_id(),
        name=wished.name,
        model=wished.model,
        callback_url=wished.callback_url,
        created_at=now,
        expires_at=now + timedelta(seconds=wished.ttl_seconds or longest),
        counts=Counts(photos=0, pending=0, done=0, failed=0),
    )
