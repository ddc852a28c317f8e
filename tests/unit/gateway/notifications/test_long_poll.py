"""Long poll for finished photos."""

import asyncio
from threading import Timer

import pytest
import redis
from tests.support.critiques import make_critique, make_photo
from tests.support.redis_server import RedisServer
from tests.unit.gateway.notifications.changes import with_changes

from critic_core.contracts.errors import PhotoNotFound
from critic_core.contracts.photo import PhotoState
from critic_core.stores.jobs import JobStore
from critic_gateway.notifications.long_poll import wait_until_finished
from critic_gateway.notifications.subscriber import ChangeSubscriber


@pytest.fixture
def jobs(client: "redis.Redis") -> JobStore:
    return JobStore(client)


def new_photo(jobs: JobStore) -> str:
    photo = make_photo(PhotoState.queued)
    jobs.create(photo)
    return photo.id


def test_it_ends_when_every_photo_is_finished(redis_server: RedisServer, jobs: JobStore) -> None:
    first, second = new_photo(jobs), new_photo(jobs)

    async def test(changes: ChangeSubscriber) -> None:
        for delay, photo_id in ((0.1, second), (0.2, first)):
            Timer(delay, jobs.finish, (photo_id, make_critique())).start()
        began = asyncio.get_running_loop().time()
        photos = await wait_until_finished([first, second], 15, jobs, changes)
        assert [(photo.id, photo.state) for photo in photos] == [(first, "done"), (second, "done")]
        assert asyncio.get_running_loop().time() - began < 5

    with_changes(redis_server.url, test)


def test_at_the_timeout_it_returns_the_photo_as_it_is(redis_server: RedisServer, jobs: JobStore) -> None:
    photo_id = new_photo(jobs)

    async def test(changes: ChangeSubscriber) -> None:
        for seconds in (0, 0.1):
            (photo,) = await wait_until_finished([photo_id], seconds, jobs, changes)
            assert photo.state is PhotoState.queued

    with_changes(redis_server.url, test)


def test_a_photo_deleted_during_the_wait_is_not_found(redis_server: RedisServer, jobs: JobStore) -> None:
    photo_id = new_photo(jobs)

    async def test(changes: ChangeSubscriber) -> None:
        jobs.delete(photo_id)
        with pytest.raises(PhotoNotFound):
            await wait_until_finished([photo_id], 15, jobs, changes)

    with_changes(redis_server.url, test)
