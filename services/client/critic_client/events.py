"""Events of an album, from server-sent events."""

from dataclasses import dataclass

from httpx_sse import ServerSentEvent

from critic_core.contracts.album import AlbumEvent

END = "album_deleted"


@dataclass(frozen=True)
class Event:
    """A change of an album. `id` continues the stream after this event."""

    id: str
    kind: str
    data: AlbumEvent


def parse_event(event: ServerSentEvent) -> Event | None:
    """The event; None for the end of the stream, and for a ping, of which httpx-sse makes an event without data."""
    if event.event == END or not event.data:
        return None
    return Event(event.id, event.event, AlbumEvent.read(event.data))
