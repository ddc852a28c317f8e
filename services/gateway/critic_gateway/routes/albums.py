"""Albums: create, add photos, ranking, delete."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request, Response

from critic_core.contracts.account import AlbumsPage
from critic_core.contracts.album import Album, AlbumChanges, AlbumPage, Counts, NewAlbum
from critic_core.contracts.errors import AlbumFull, InvalidRequest, LimitReached, StorageFull
from critic_core.contracts.identity import new_id
from critic_core.contracts.photo import UploadReceipt
from critic_core.stores.owners import OwnerIndex
from critic_gateway.dependencies import (
    ADMISSION,
    ALBUM_LIMIT,
    ROOM,
    AlbumStoreDep,
    CallerDep,
    ErasureDep,
    OwnerStoreDep,
    SettingsDep,
    UploadHandlerDep,
    WorkerStatusDep,
)
from critic_gateway.http import cursors
from critic_gateway.routes.fields import UnwantedFields, json_response
from critic_gateway.routes.listing import AlbumListParams, RankingParams
from critic_gateway.routes.openapi import (
    ACCESS_ERRORS,
    ALBUM_ERRORS,
    LOCATION,
    OPTION_ERRORS,
    UPLOAD_BODY,
    UPLOAD_ERRORS,
    responses,
)
from critic_gateway.routes.parameters import (
    AlbumUploadOptionsDep,
    OwnAlbum,
    UploadCallerDep,
    Wait,
    ensure_options,
)
from critic_gateway.routes.photos import receipts_response, upload_status

router = APIRouter(prefix="/v1/albums", tags=["albums"])


def _new_album(
    settings: SettingsDep,
    workers: WorkerStatusDep,
    caller: CallerDep,
    fields: Annotated[NewAlbum | None, Body()] = None,
) -> Album:
    fields = fields or NewAlbum()
    ensure_options(fields.model, fields.callback_url, workers, settings)
    now, ttl_seconds = datetime.now(UTC), fields.ttl_seconds or settings.album_ttl_seconds
    if ttl_seconds > settings.album_ttl_seconds:
        raise InvalidRequest(f"The limit of an album's time to live is {settings.album_ttl_seconds:,} seconds.")
    return Album(
        id=new_id(),
        owner=caller.owner,
        name=fields.name,
        model=fields.model,
        callback_url=fields.callback_url,
        created_at=now,
        expires_at=now + timedelta(seconds=ttl_seconds),
        counts=Counts(photos=0, pending=0, done=0, failed=0),
    )


@router.post(
    "",
    status_code=201,
    summary="Create an album",
    dependencies=[ROOM, ALBUM_LIMIT],
    responses={201: LOCATION, **responses(LimitReached, StorageFull, InvalidRequest, *OPTION_ERRORS, *ACCESS_ERRORS)},
)
def create_album(
    album: Annotated[Album, Depends(_new_album)], albums: AlbumStoreDep, settings: SettingsDep, response: Response
) -> Album:
    """An empty album. Its photos expire with it."""
    albums.create(album, settings.owner_album_limit)
    response.headers["Location"] = f"{router.prefix}/{album.id}"
    return album


@router.get(
    "", summary="List albums", response_model_exclude_none=True, responses=responses(InvalidRequest, *ACCESS_ERRORS)
)
def list_albums(
    caller: CallerDep, owners: OwnerStoreDep, albums: AlbumStoreDep, params: Annotated[AlbumListParams, Query()]
) -> AlbumsPage:
    """The caller's albums, newest first."""
    owner, kind = caller.owner, OwnerIndex.albums
    page = owners.find(owner, kind, params.limit, params.after(owner, kind), params.filters)
    following = cursors.encode_id(owner, kind, page.following)
    return AlbumsPage(albums=tuple(albums.get_all(page.ids)), next_cursor=following)


@router.post(
    "/{album_id}/photos",
    status_code=202,
    summary="Add photos to an album",
    dependencies=[ADMISSION],
    openapi_extra=UPLOAD_BODY,
    response_model=UploadReceipt,
    responses={
        200: {"model": UploadReceipt, "description": "Every photo is finished"},
        202: {"description": "Accepted"},
        **responses(AlbumFull, *UPLOAD_ERRORS, *ALBUM_ERRORS),
    },
)
async def add_photos(  # noqa: PLR0913, PLR0917 - dependencies of the route
    request: Request,
    uploads: UploadHandlerDep,
    sender: UploadCallerDep,
    options: AlbumUploadOptionsDep,
    unwanted: UnwantedFields,
    wait: Wait = 0,
) -> Response:
    """One or many files as multipart, or one image as raw body; a receipt for each file, in the order of the request.

    Requests may come in any order and number. A file whose bytes the album already has is reported as `duplicate` and
    creates no photo.
    """
    receipts = await uploads.handle(request, sender, options, wait)
    return receipts_response(receipts, upload_status(receipts), unwanted)


@router.get(
    "/{album_id}",
    summary="Get an album",
    response_model=AlbumPage,
    responses=responses(InvalidRequest, *ALBUM_ERRORS),
)
def get_album(album: OwnAlbum, albums: AlbumStoreDep, params: Annotated[RankingParams, Query()]) -> Response:
    """Counts, and a page of the ranking; up to date at any time, also during uploads."""
    after = cursors.decode_rank(album.id, params.cursor)
    ranking = albums.page(album.id, after, params.limit, params.sort, params.kind)
    following = cursors.encode_rank(album.id, ranking.following)
    page = AlbumPage(album=album, photos=ranking.photos, next_cursor=following)
    return json_response(page, excluded={"photos": {"__all__": params.unwanted}})


@router.patch(
    "/{album_id}",
    summary="Change an album",
    response_model_exclude_none=True,
    responses=responses(InvalidRequest, *ALBUM_ERRORS),
)
def change_album(album: OwnAlbum, changes: AlbumChanges, albums: AlbumStoreDep) -> Album:
    """Sets the pictures to keep, for all clients. Their event is `album_changed`."""
    albums.change(album.id, changes)
    return albums.get(album.id)


@router.delete("/{album_id}", status_code=204, summary="Delete an album", responses=responses(*ALBUM_ERRORS))
def delete_album(album: OwnAlbum, erasure: ErasureDep) -> None:
    """The album is gone at once; a worker deletes its photos within seconds."""
    erasure.hide_album(album.id)
