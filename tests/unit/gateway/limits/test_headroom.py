"""Headroom: growing writes are rejected before Redis or the storage is full."""

import asyncio
import threading

import pytest
from tests.unit.gateway.application import PHOTO, Application
from tests.unit.gateway.conftest import Start

from critic_core.contracts.errors import QueueUnavailable, StorageFull
from critic_gateway.limits.headroom import Headroom, Room, measure_room
from critic_gateway.settings import GatewaySettings

SETTINGS = GatewaySettings(max_redis_memory_share=0.9, storage_reserve_bytes=1000)


@pytest.mark.parametrize(
    ("room", "incoming", "sentence"),
    [
        (Room(899, 1000, 1000), 0, None),
        (Room(900, 1000, 1000), 0, "queue's memory"),
        (Room(900, 0, None), 0, None),
        (Room(0, 1000, 999), 0, "photo storage"),
        (Room(0, 1000, 1500), 500, None),
        (Room(0, 1000, 1500), 501, "photo storage"),
    ],
)
def test_the_limits(room: Room, incoming: int, sentence: str | None) -> None:
    if sentence is None:
        room.ensure(SETTINGS, incoming)
    else:
        with pytest.raises(StorageFull, match=sentence):
            room.ensure(SETTINGS, incoming)


def test_requests_share_a_measurement_and_see_the_next_one() -> None:
    now, rooms = 0.0, [Room(0, 1000, None), Room(950, 1000, None), Room(0, 1000, None)]

    async def run() -> None:
        nonlocal now
        headroom = Headroom(lambda: rooms.pop(0), SETTINGS, lambda: now)
        await asyncio.gather(*(headroom.ensure_room() for _ in range(50)))
        assert len(rooms) == 2
        now = 10.0
        with pytest.raises(StorageFull):
            await headroom.ensure_room()
        now = 20.0
        await headroom.ensure_room()  # recovered by itself
        headroom.close()

    asyncio.run(run())


def test_a_storage_that_hangs_delays_a_request_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("critic_gateway.limits.headroom.WAIT_SECONDS", 0.05)
    finish = threading.Event()

    def hang() -> Room:
        assert finish.wait(10)
        raise QueueUnavailable

    async def run() -> None:
        headroom = Headroom(hang, SETTINGS)
        await asyncio.wait_for(headroom.ensure_room(), 1)
        finish.set()
        headroom.close()

    asyncio.run(run())


def test_the_room_is_measured(gateway: Application) -> None:
    room = measure_room(gateway.redis, gateway.storage)
    assert room.redis_used > 0
    gateway.storage.put("key", b"x")
    assert (measure_room(gateway.redis, gateway.storage).storage_free or 0) > 0


def test_growing_writes_get_507_and_deleting_works(start: Start) -> None:
    gateway = start(storage_reserve_bytes=0)
    photo_id, album = gateway.new_photo(), gateway.new_album()
    full = start(storage_reserve_bytes=10**18)
    full.storage.put("key", b"x")
    for response in (
        full.send(),
        full.http.post("/v1/albums", json={}),
        full.http.post(f"/v1/albums/{album.id}/photos", content=PHOTO),
    ):
        assert (response.status_code, response.json()["code"], response.headers["retry-after"]) == (
            507,
            "storage_full",
            "2",
        )
    assert full.http.get(f"/v1/photos/{photo_id}").status_code == 200
    assert full.http.delete(f"/v1/photos/{photo_id}").status_code == 204
    assert full.http.delete(f"/v1/albums/{album.id}").status_code == 204
