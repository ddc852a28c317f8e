"""Who is asked about photos of an album, and how often Redis is for that."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from redis.connection import AbstractConnection
from tests.support.clock import Clock
from tests.support.critiques import make_photo

from critic_core.contracts.album import Album, Counts
from critic_core.contracts.identity import new_photo_id
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.contracts.routing import Routing, Share
from critic_core.stores.albums import AlbumStore
from critic_core.stores.routing import RoutingStore
from critic_worker.rollout.version_router import MAX_AGE_SECONDS, Versions

HALF = Routing(canary=Share(version="2", percent=50))


class Process:
    """What one worker process knows of versions."""

    def __init__(self, client: "redis.Redis", served: list[str]) -> None:
        self.clock, self.store = Clock(), RoutingStore(client)
        self.versions = Versions("aesthetics", self.store, Routing(), lambda: served, self.clock)

    def first(self, *photos: Photo) -> list[str]:
        """Which version is asked first about each."""
        return [ways[0] for ways in self.versions.to_ask(photos)]

    def wait(self) -> None:
        self.clock.now += MAX_AGE_SECONDS + 0.1


@pytest.fixture
def process(client: "redis.Redis") -> Process:
    return Process(client, ["1", "2"])


@pytest.fixture
def round_trips(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """All that is sent to Redis from now on, each waited for."""
    sent: list[object] = []
    send = AbstractConnection.send_packed_command

    def counted(connection: AbstractConnection, command: Any, check_health: bool = True) -> None:
        sent.append(command)
        send(connection, command, check_health)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", counted)
    return sent


def photos_of_album(client: "redis.Redis", number: int) -> list[Photo]:
    now = datetime.now(UTC)
    counts = Counts(photos=0, waiting=0, done=0, failed=0)
    album = Album(id=new_photo_id(), created_at=now, expires_at=now + timedelta(hours=1), counts=counts)
    AlbumStore(client).create(album)
    return [make_photo(PhotoState.queued).model_copy(update={"album": album.id}) for _ in range(number)]


def test_redis_is_asked_once_about_an_album_whatever_is_asked_about_its_photos(
    client: "redis.Redis", process: Process, round_trips: list[object]
) -> None:
    process.first(*photos_of_album(client, 1))  # the script is known, the wishes are read
    photos = photos_of_album(client, 8)
    round_trips.clear()
    assert len({*process.first(*photos)}) == 1
    assert len(round_trips) == 1
    process.first(photos[0])  # for its manifest
    process.first(photos[0])  # for the answer
    assert len(round_trips) == 1


def test_redis_is_asked_once_about_photos_of_many_albums(
    client: "redis.Redis", process: Process, round_trips: list[object]
) -> None:
    process.store.wish("aesthetics", HALF)
    process.first(*photos_of_album(client, 1))
    photos = [photo for _ in range(12) for photo in photos_of_album(client, 2)]
    round_trips.clear()
    told = process.first(*photos)
    assert len(round_trips) == 1
    assert told[::2] == told[1::2]
    assert {*told} == {"1", "2"}


def test_photos_without_an_album_ask_redis_for_the_wishes_alone(process: Process, round_trips: list[object]) -> None:
    for _ in range(3):
        process.first(make_photo(), make_photo())
    assert len([sent for sent in round_trips if "HGET" in str(sent)]) == len([*filter(_asks, round_trips)]) == 1


def _asks(sent: object) -> bool:
    return not any(word in str(sent) for word in ("HELLO", "CLIENT", "SELECT", "PING"))


def test_another_process_asks_the_version_that_the_first_one_chose(client: "redis.Redis", process: Process) -> None:
    (photo,), other = photos_of_album(client, 1), Process(client, ["1", "2"])
    process.store.wish("aesthetics", Routing(pinned="1"))
    assert process.first(photo) == ["1"]
    process.store.wish("aesthetics", Routing(pinned="2"))
    assert other.first(photo, make_photo()) == ["1", "2"]


def test_what_was_withdrawn_is_asked_no_more_after_two_seconds(client: "redis.Redis", process: Process) -> None:
    (photo,) = photos_of_album(client, 1)
    process.store.wish("aesthetics", Routing(pinned="2"))
    assert process.first(photo) == ["2"]
    process.store.wish("aesthetics", Routing(withdrawn=("2",)))
    process.wait()
    assert process.first(photo) == ["1"]


def test_a_version_that_left_the_server_is_asked_no_more_at_once(client: "redis.Redis") -> None:
    served = ["1", "2"]
    process, (photo,) = Process(client, served), photos_of_album(client, 1)
    process.store.wish("aesthetics", Routing(pinned="1"))
    assert process.first(photo) == ["1"]
    served.remove("1")
    process.versions.look_again()
    assert process.first(photo) == ["2"]
