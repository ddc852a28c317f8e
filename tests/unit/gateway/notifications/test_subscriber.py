"""Pub/sub: fan-out of changes to waiting requests."""

import asyncio

import pytest
import redis
from tests.support.redis_server import RedisServer
from tests.unit.gateway.notifications.changes import subscribed, with_changes

from critic_core.runtime.redis_client import CHANGE_CHANNEL
from critic_gateway.notifications.subscriber import ChangeSubscriber


def test_a_message_notifies_every_watcher_of_its_name(redis_server: RedisServer, client: "redis.Redis") -> None:
    async def test(changes: ChangeSubscriber) -> None:
        await subscribed(changes)
        with changes.watch("p1") as first, changes.watch("p1") as second, changes.watch("p2") as other_name:
            client.publish(CHANGE_CHANNEL, "p1")
            await asyncio.wait_for(asyncio.gather(first.wait(), second.wait()), 5)
            assert not other_name.is_set()

    with_changes(redis_server.url, test)


def test_a_new_subscription_notifies_everyone(redis_server: RedisServer, client: "redis.Redis") -> None:
    async def test(changes: ChangeSubscriber) -> None:
        await subscribed(changes)
        with changes.watch("p1") as changed:
            client.client_kill_filter(_type="pubsub")  # the connection breaks: messages may be lost
            await asyncio.wait_for(changed.wait(), 5)

    with_changes(redis_server.url, test)


def test_a_name_without_watchers_takes_no_memory(redis_server: RedisServer) -> None:
    changes = ChangeSubscriber(redis_server.url)
    with changes.watch("p1"), changes.watch("p1"):
        assert len(changes._events) == 1
    assert not changes._events


def test_a_swallowed_cancellation_does_not_block_the_shutdown(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancellations: list[str] = []

    async def subscribe(changes: ChangeSubscriber) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancellations.append("swallowed")
            if len(cancellations) > 1:
                raise

    monkeypatch.setattr(ChangeSubscriber, "_subscribe", subscribe)
    with_changes(redis_server.url, lambda _: asyncio.sleep(0))
    assert len(cancellations) == 2
