"""What happens in an album, as server-sent events."""

import re
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from critic_core.contracts.album import Album, AlbumEvent
from critic_core.contracts.errors import AlbumNotFound
from critic_gateway.dependencies import Parts, PartsHere
from critic_gateway.http.problems import responses
from critic_gateway.routes.albums import WHO, AlbumHere

PING_SECONDS = 15  # a balancer closes a connection that is silent for a minute
RECONNECT_MILLISECONDS = 1000
_EVENT_ID = re.compile(r"\d{1,20}-\d{1,20}")

router = APIRouter(prefix="/v1/albums", tags=["albums"])

LastEventId = Annotated[
    str | None, Header(description="The id of the last event that was seen; what happened since is told first.")
]


@router.get(
    "/{album_id}/events",
    summary="What happens in the album?",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {}}}, **responses(AlbumNotFound, *WHO)},
)
async def events(album: AlbumHere, parts: PartsHere, last_event_id: LastEventId = None) -> EventSourceResponse:
    """Server-sent events: `photo_added`, `photo_done`, `photo_failed`, `photo_queued`, `photo_deleted`, `decision`.

    Each with the photo's id, the counts after it, and the photo as it is now. Begins with `album` (the counts now)
    unless `Last-Event-ID` tells from where to go on; `album` in the place of what is too long ago: look at the album
    anew. Ends with `album_deleted`.
    """
    return EventSourceResponse(
        _events(album, parts, last_event_id), ping=PING_SECONDS, headers={"X-Accel-Buffering": "no"}
    )


async def _events(album: Album, parts: Parts, seen: str | None) -> AsyncIterator[ServerSentEvent]:
    after = await run_in_threadpool(_still_told, album.id, parts, seen)
    if after is None:
        after = await run_in_threadpool(parts.albums.last_event, album.id)
        now = await run_in_threadpool(parts.albums.get, album.id)
        yield _event("album", after, AlbumEvent(counts=now.counts))
    async for event in parts.feeds.follow(album.id, after):
        yield _event(event.kind, event.id, AlbumEvent(photo_id=event.photo_id, counts=event.counts, photo=event.photo))
    yield ServerSentEvent(event="album_deleted", data="{}")


def _still_told(album_id: str, parts: Parts, seen: str | None) -> str | None:
    """The event to go on from; None when there is none, or what happened since is not all told any more."""
    if seen is None or not _EVENT_ID.fullmatch(seen):
        return None
    return seen if parts.albums.events_since(album_id, seen) else None


def _event(name: str, event_id: str, told: AlbumEvent) -> ServerSentEvent:
    data = told.model_dump_json(exclude_none=True)
    return ServerSentEvent(data=data, event=name, id=event_id, retry=RECONNECT_MILLISECONDS)
