"""Share links of an album, for its owner: create, list, revoke."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Body, Depends

from critic_core.contracts.album import Album
from critic_core.contracts.errors import LimitReached, ShareNotFound, StorageFull
from critic_core.contracts.identity import new_id
from critic_core.contracts.share import CreatedShare, NewShare, Share, SharePermissions, SharesPage
from critic_core.stores.shares import StoredShare
from critic_gateway.auth.share_access import hash_pin, new_token, token_digest
from critic_gateway.dependencies import ROOM, ShareStoreDep
from critic_gateway.routes.openapi import ALBUM_ERRORS, responses
from critic_gateway.routes.parameters import OwnAlbum, path_id

router = APIRouter(prefix="/v1/albums/{album_id}/shares", tags=["shares"])


def _new_share(album: OwnAlbum, fields: Annotated[NewShare | None, Body()] = None) -> tuple[Share, str]:
    """A share link and the hash of its PIN."""
    fields, now = fields or NewShare(), datetime.now(UTC)
    share = Share(
        id=new_id(),
        album=album.id,
        pin_required=fields.pin is not None,
        created_at=now,
        expires_at=_expiry(album, fields, now),
        **fields.model_dump(include=set(SharePermissions.model_fields)),
    )
    return share, hash_pin(fields.pin) if fields.pin else ""


def _expiry(album: Album, fields: NewShare, now: datetime) -> datetime:
    if fields.ttl_seconds is None:
        return album.expires_at
    return min(album.expires_at, now + timedelta(seconds=fields.ttl_seconds))


@router.post(
    "",
    status_code=201,
    summary="Create a share link",
    dependencies=[ROOM],
    responses=responses(StorageFull, LimitReached, *ALBUM_ERRORS),
)
def create_share(new: Annotated[tuple[Share, str], Depends(_new_share)], shares: ShareStoreDep) -> CreatedShare:
    """A link to the album for somebody without an API key. The token is in this response only."""
    (share, pin_hash), token = new, new_token()
    shares.create(StoredShare(share, token_digest(token), pin_hash))
    return CreatedShare(**share.model_dump(), token=token, page=f"/shared.html#{token}")


@router.get("", summary="List the share links of an album", responses=responses(*ALBUM_ERRORS))
def list_shares(album: OwnAlbum, shares: ShareStoreDep) -> SharesPage:
    """The valid share links, oldest first, without tokens."""
    return SharesPage(shares=tuple(shares.of(album.id)))


@router.delete(
    "/{share_id}", status_code=204, summary="Revoke a share link", responses=responses(ShareNotFound, *ALBUM_ERRORS)
)
def revoke_share(
    album: OwnAlbum, share_id: Annotated[str, path_id("Id of the share link.")], shares: ShareStoreDep
) -> None:
    """The link is invalid at once. Favourites marked through it stay."""
    shares.delete(album.id, share_id)
