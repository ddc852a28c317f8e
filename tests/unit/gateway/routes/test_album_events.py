"""Server-sent events of an album, from the first event to `album_deleted`."""

import json
from threading import Timer
from typing import Any

import pytest
from tests.support.critiques import make_critique
from tests.unit.gateway.application import PHOTO, Application

from critic_core.contracts.album import Album


def events(gateway: Application, album: Album, last_event_id: str | None = None) -> list[dict[str, Any]]:
    """All events of a stream that ends because the album is deleted."""
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    deletion = Timer(0.3, lambda: gateway.http.delete(f"/v1/albums/{album.id}"))
    deletion.start()
    response = gateway.http.get(f"/v1/albums/{album.id}/events", headers=headers)
    deletion.join()
    assert response.headers["content-type"].startswith("text/event-stream")
    assert "content-encoding" not in response.headers
    blocks = [block for block in response.text.replace("\r", "").split("\n\n") if "event:" in block]
    fields = [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]
    return [{**event, "data": json.loads(event["data"])} for event in fields]


@pytest.fixture
def album(gateway: Application) -> Album:
    return gateway.new_album()


def add_done_photo(gateway: Application, album: Album) -> str:
    receipts = gateway.http.post(f"/v1/albums/{album.id}/photos", content=PHOTO).json()["photos"]
    photo_id = str(receipts[0]["photo"]["id"])
    gateway.jobs.finish(photo_id, make_critique())
    return photo_id


def test_a_stream_begins_with_the_counts_and_ends_with_the_deletion(gateway: Application, album: Album) -> None:
    add_done_photo(gateway, album)
    first, last = events(gateway, album)
    assert (first["event"], first["data"]) == (
        "album",
        {"counts": {"photos": 1, "pending": 0, "done": 1, "failed": 0}},
    )
    assert (last["event"], last["data"]) == ("album_deleted", {})


def test_a_resumed_stream_has_the_later_events_with_their_photo(gateway: Application, album: Album) -> None:
    photo_id = add_done_photo(gateway, album)
    added = gateway.albums.events(album.id, "0")[0].id
    done, _ = events(gateway, album, added)
    assert (done["event"], done["data"]["photo_id"]) == ("photo_done", photo_id)
    assert (done["data"]["photo"]["id"], done["data"]["photo"]["state"]) == (photo_id, "done")


@pytest.mark.parametrize("last_event_id", ["0-0", "nonsense", "99999999999999999999-1"])
def test_an_event_id_that_is_not_stored_begins_anew(gateway: Application, album: Album, last_event_id: str) -> None:
    add_done_photo(gateway, album)
    assert events(gateway, album, last_event_id)[0]["event"] == "album"
