"""Albums of a gateway process: live event streams, exports of computed results."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any

import pytest
from tests.e2e.gateway.conftest import Gateway, Start
from tests.support.critiques import make_critique
from tests.support.waiting import until

from critic_core.contracts.album import SelectionQuery, Thresholds
from critic_core.contracts.errors import PhotoCorrupt
from critic_core.imaging.golden import golden_photo
from critic_core.runtime.redis_client import connect
from critic_core.stores.album_results import AlbumResultStore
from critic_core.stores.albums import AlbumStore
from critic_core.stores.tastes import TasteStore
from critic_worker.albums.compute import compute_album_result

Json = dict[str, Any]
_numbers = count(1000)


def different_photo(number: int) -> bytes:
    return golden_photo() + str(number).encode()


@pytest.fixture
def album(gateway: Gateway) -> str:
    return new_album(gateway)


def new_album(gateway: Gateway, **fields: object) -> str:
    response = gateway.client.post("/v1/albums", json=fields)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def add(gateway: Gateway, album: str, *numbers: int) -> list[Json]:
    files = [("file", (f"{number}.jpg", different_photo(number))) for number in numbers]
    response = gateway.client.post(f"/v1/albums/{album}/photos", files=files)
    assert response.status_code == 202, response.text
    return [receipt["photo"] for receipt in response.json()["photos"]]


# -- events -----------------------------------------------------------------------------------------------------------


class Events:
    """The events of a stream."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def next(self) -> Json:
        fields: Json = {}
        for line in self._lines:
            name, _, value = line.partition(": ")
            if not line and "event" in fields:
                return fields | {"data": json.loads(fields["data"])}
            if name:
                fields[name] = value
        raise EOFError

    def kinds(self, length: int) -> list[str]:
        return [self.next()["event"] for _ in range(length)]


@contextmanager
def following(gateway: Gateway, album: str, last_event_id: str | None = None) -> Iterator[Events]:
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    with gateway.client.stream("GET", f"/v1/albums/{album}/events", headers=headers) as stream:
        assert stream.status_code == 200
        assert stream.headers["content-type"].startswith("text/event-stream")
        yield Events(stream.iter_lines())


def test_events_are_live(gateway: Gateway, album: str) -> None:
    with following(gateway, album) as events:
        assert events.next()["event"] == "album"
        first, second = (photo["id"] for photo in add(gateway, album, 1, 2))
        assert events.kinds(2) == ["photo_added", "photo_added"]
        gateway.store().finish(first, make_critique())
        gateway.store().fail(second, PhotoCorrupt().problem())
        done, failed = events.next(), events.next()
        assert (done["event"], done["data"]["photo_id"]) == ("photo_done", first)
        assert failed["data"]["counts"] == {"photos": 2, "pending": 0, "done": 1, "failed": 1}
        gateway.client.delete(f"/v1/photos/{first}")
        gateway.client.delete(f"/v1/albums/{album}")
        assert events.kinds(2) == ["photo_deleted", "album_deleted"]
        with pytest.raises(EOFError):
            events.next()


def test_followers_are_counted_until_they_disconnect(start_gateway: Start) -> None:
    gateway = start_gateway()
    album = new_album(gateway)

    def followers_are(number: int) -> Callable[[], bool]:
        return lambda: f"critic_album_event_streams {number}.0" in gateway.client.get("/metrics").text

    with following(gateway, album) as first, following(gateway, album) as second:
        first.next(), second.next()
        until(followers_are(2), 10, "two followers")
    until(followers_are(0), 20, "no follower")


def test_every_follower_gets_every_event(gateway: Gateway, album: str) -> None:
    with following(gateway, album) as first, following(gateway, album) as second:
        assert first.kinds(1) == second.kinds(1) == ["album"]
        add(gateway, album, 1, 2, 3)
        assert first.kinds(3) == second.kinds(3) == 3 * ["photo_added"]


def test_the_cost_in_redis_does_not_grow_with_the_followers(gateway: Gateway, album: str) -> None:
    client = connect(gateway.redis.url)

    def reads() -> int:
        return int(client.info("commandstats").get("cmdstat_xrange", {}).get("calls", 0))

    def cost(followers: int) -> int:
        with ExitStack() as stack:
            streams = [stack.enter_context(following(gateway, album)) for _ in range(followers)]
            for events in streams:
                events.next()
            before = reads()
            add(gateway, album, next(_numbers))
            for events in streams:
                events.next()
            return reads() - before

    assert cost(8) <= cost(1) + 2


def test_a_follower_resumes_after_a_restart_of_the_gateway(start_gateway: Start) -> None:
    first = start_gateway()
    album = new_album(first)
    with following(first, album) as events:
        events.next()
        add(first, album, 1)
        last_event_id = events.next()["id"]
    first.process.terminate()
    first.process.wait(10)
    second = start_gateway()
    add(second, album, 2, 3)
    with following(second, album, last_event_id) as events:
        assert events.kinds(2) == ["photo_added", "photo_added"]
        add(second, album, 4)
        assert events.next()["data"]["counts"]["photos"] == 4


def test_a_restart_of_redis_loses_no_event(gateway: Gateway, album: str) -> None:
    def is_served() -> bool:
        return gateway.client.get(f"/v1/albums/{album}").status_code == 200

    with following(gateway, album) as events:
        events.next()
        gateway.redis.stop()
        gateway.redis.start()
        until(is_served, 20, "the album after the restart")
        add(gateway, album, 1)
        assert events.kinds(1) == ["photo_added"]


# -- exports ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "media_type", "begin"),
    [
        ("csv", "text/csv", b"\xef\xbb\xbfpath,file_name,verdict,stars"),
        ("json", "application/json", b'{"format":"photo-critic-album/1"'),
        ("xmp", "application/zip", b"PK"),
        ("zip", "application/zip", b"PK"),
        ("html", "text/html", b"<!doctype html>"),
    ],
)
def test_an_album_is_exported(gateway: Gateway, name: str, media_type: str, begin: bytes) -> None:
    album = new_album(gateway, name="Zoë/Ben")
    for photo, score in zip(add(gateway, album, 1, 2), (20, 90), strict=True):
        gateway.store().finish(photo["id"], make_critique(score))
    client = connect(gateway.redis.url)
    query = SelectionQuery(keep=1, thresholds=Thresholds())
    compute_album_result(
        album, query.model_dump_json(), AlbumStore(client), AlbumResultStore(client), TasteStore(client)
    )
    response = gateway.client.get(f"/v1/albums/{album}/export", params={"format": name, "keep": 1})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith(media_type)
    assert response.content.startswith(begin)
    assert "filename*=UTF-8''Ben." in response.headers["content-disposition"]
    if name == "zip":
        archive = zipfile.ZipFile(io.BytesIO(response.content))
        assert archive.read("2.jpg") == different_photo(2)
        assert "1.jpg" not in archive.namelist()
