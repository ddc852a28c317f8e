"""The versions of photos and albums, and the number of round trips to Redis."""

from typing import Any

import pytest
import redis
from redis.connection import AbstractConnection
from tests.support.albums import new_album
from tests.support.clock import Clock
from tests.support.critiques import make_photo

from critic_core.contracts.errors import QueueUnavailable
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.contracts.routing import Routing, TrafficSplit
from critic_core.stores.albums import AlbumStore
from critic_core.stores.routing import RoutingStore
from critic_worker.rollout.version_router import MAX_AGE_SECONDS, VersionRouter

HALF = Routing(canary=TrafficSplit(version="2", percent=50))


class Process:
    """The router of one worker process."""

    def __init__(self, client: "redis.Redis", served: list[str]) -> None:
        self.clock, self.store = Clock(), RoutingStore(client)
        self.router = VersionRouter("aesthetics", self.store, Routing(), lambda: served, self.clock)

    def first(self, *photos: Photo) -> list[str]:
        """The first version to try for each photo."""
        return [versions[0] for versions in self.router.candidates(photos)]

    def wait(self) -> None:
        self.clock.now += MAX_AGE_SECONDS + 0.1


@pytest.fixture
def process(client: "redis.Redis") -> Process:
    return Process(client, ["1", "2"])


@pytest.fixture
def round_trips(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """All commands to Redis from now on, each a round trip."""
    sent: list[object] = []
    send = AbstractConnection.send_packed_command

    def counted(connection: AbstractConnection, command: Any, check_health: bool = True) -> None:
        sent.append(command)
        send(connection, command, check_health)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", counted)
    return sent


def photos_of_album(client: "redis.Redis", number: int) -> list[Photo]:
    album = new_album()
    AlbumStore(client).create(album)
    return [make_photo(PhotoState.queued).model_copy(update={"album": album.id}) for _ in range(number)]


def test_an_album_costs_one_round_trip_however_often_its_photos_are_routed(
    client: "redis.Redis", process: Process, round_trips: list[object]
) -> None:
    process.first(*photos_of_album(client, 1))  # loads the script, reads the routing
    photos = photos_of_album(client, 8)
    round_trips.clear()
    assert len({*process.first(*photos)}) == 1
    assert len(round_trips) == 1
    process.first(photos[0])  # for its manifest
    process.first(photos[0])  # for the answer
    assert len(round_trips) == 1


def test_many_albums_cost_one_round_trip(client: "redis.Redis", process: Process, round_trips: list[object]) -> None:
    process.store.save("aesthetics", HALF)
    process.first(*photos_of_album(client, 1))
    photos = [photo for _ in range(12) for photo in photos_of_album(client, 2)]
    round_trips.clear()
    versions = process.first(*photos)
    assert len(round_trips) == 1
    assert versions[::2] == versions[1::2]
    assert {*versions} == {"1", "2"}


def test_photos_without_an_album_cost_the_routing_alone(process: Process, round_trips: list[object]) -> None:
    for _ in range(3):
        process.first(make_photo(), make_photo())
    assert len([sent for sent in round_trips if "HGET" in str(sent)]) == len([*filter(_is_query, round_trips)]) == 1


def _is_query(sent: object) -> bool:
    return not any(word in str(sent) for word in ("HELLO", "CLIENT", "SELECT", "PING"))


def test_an_album_has_the_same_version_in_every_process(client: "redis.Redis", process: Process) -> None:
    (photo,), second = photos_of_album(client, 1), Process(client, ["1", "2"])
    process.store.save("aesthetics", Routing(pinned="1"))
    assert process.first(photo) == ["1"]
    process.store.save("aesthetics", Routing(pinned="2"))
    assert second.first(photo, make_photo()) == ["1", "2"]


def test_a_withdrawn_version_is_left_after_two_seconds(client: "redis.Redis", process: Process) -> None:
    (photo,) = photos_of_album(client, 1)
    process.store.save("aesthetics", Routing(pinned="2"))
    assert process.first(photo) == ["2"]
    process.store.save("aesthetics", Routing(withdrawn=("2",)))
    process.wait()
    assert process.first(photo) == ["1"]


def test_a_version_that_is_not_served_any_more_is_left_at_once(client: "redis.Redis") -> None:
    served = ["1", "2"]
    process, (photo,) = Process(client, served), photos_of_album(client, 1)
    process.store.save("aesthetics", Routing(pinned="1"))
    assert process.first(photo) == ["1"]
    served.remove("1")
    process.router.invalidate()
    assert process.first(photo) == ["2"]


def test_the_known_versions_serve_while_redis_is_down(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = make_photo(PhotoState.queued)
    known = process.first(photo)
    process.wait()
    monkeypatch.setattr(RoutingStore, "get", unavailable)
    assert process.first(photo) == known


def test_without_known_versions_redis_is_needed(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RoutingStore, "get", unavailable)
    with pytest.raises(QueueUnavailable):
        process.first(make_photo(PhotoState.queued))


def unavailable(*_: object) -> None:
    raise QueueUnavailable
