"""Events of an album as server-sent events."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Header
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from critic_core.contracts.album import Album, AlbumEvent
from critic_core.contracts.errors import LimitReached
from critic_core.stores.albums import AlbumStore
from critic_gateway.dependencies import AlbumFeedsDep, AlbumStoreDep, KeyRevokedDep
from critic_gateway.notifications.album_feeds import AlbumFeeds
from critic_gateway.routes.openapi import ALBUM_ERRORS, responses
from critic_gateway.routes.parameters import OwnAlbum

PING_SECONDS = 15  # balancers close a connection that is silent for a minute
RECONNECT_MILLISECONDS = 1000
EVENT_STREAM = {
    "type": "string",
    "description": "Server-sent events; `data` of each is an `AlbumEvent`.",
    "contentMediaType": "application/json",
    "contentSchema": {"$ref": "#/components/schemas/AlbumEvent"},
}
_EVENT_ID = re.compile(r"\d{1,20}-\d{1,20}")

router = APIRouter(prefix="/v1/albums", tags=["albums"])

LastEventId = Annotated[
    str | None, Header(alias="Last-Event-ID", description="Id of the last received event; later ones follow.")
]


@router.get(
    "/{album_id}/events",
    summary="Follow the events of an album",
    response_class=EventSourceResponse,
    responses={
        200: {"content": {"text/event-stream": {"schema": EVENT_STREAM}}},
        **responses(LimitReached, *ALBUM_ERRORS),
    },
)
async def follow_album(
    album: OwnAlbum,
    albums: AlbumStoreDep,
    feeds: AlbumFeedsDep,
    revoked: KeyRevokedDep,
    last_event_id: LastEventId = None,
) -> EventSourceResponse:
    """Server-sent events: `photo_added`, `photo_done`, `photo_failed`, `photo_queued`, `photo_deleted`, `decision`,
    `favourite`, and without a photo `album_changed` and `groups_corrected`.

    Each event has the photo's id, the counts after it, and the photo as it is now. The stream begins with `album` (the
    current counts), unless `Last-Event-ID` continues an earlier stream; `album` also replaces events that are no longer
    stored: get the album again then. The last event is `album_deleted`. The stream also ends once the API key is
    revoked or expired.
    """
    feeds.ensure_room(album.owner)
    start = await run_in_threadpool(_resumable, albums, album.id, last_event_id)
    events = _events(album, start, albums, feeds, revoked)
    return EventSourceResponse(events, ping=PING_SECONDS, headers={"X-Accel-Buffering": "no"})


async def _events(
    album: Album, after: str | None, albums: AlbumStore, feeds: AlbumFeeds, revoked: Callable[[], bool]
) -> AsyncIterator[ServerSentEvent]:
    if after is None:
        after = await run_in_threadpool(albums.last_event, album.id)
        latest = await run_in_threadpool(albums.get, album.id)
        yield _server_sent("album", after, AlbumEvent(counts=latest.counts))
    async for event in feeds.follow(album.id, album.owner, after, revoked):
        data = AlbumEvent(photo_id=event.photo_id, counts=event.counts, photo=event.photo)
        yield _server_sent(event.kind, event.id, data)
    if not revoked():
        yield ServerSentEvent(event="album_deleted", data="{}")


def _resumable(albums: AlbumStore, album_id: str, event_id: str | None) -> str | None:
    """The event id, if the store still has every later event; otherwise None."""
    if event_id is None or not _EVENT_ID.fullmatch(event_id):
        return None
    return event_id if albums.events_since(album_id, event_id) else None


def _server_sent(name: str, event_id: str, data: AlbumEvent) -> ServerSentEvent:
    text = data.model_dump_json(exclude_none=True)
    return ServerSentEvent(data=text, event=name, id=event_id, retry=RECONNECT_MILLISECONDS)
