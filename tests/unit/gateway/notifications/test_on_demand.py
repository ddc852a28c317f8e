"""Results on demand: one task for all callers, sent again when it was lost."""

import asyncio
from collections.abc import Iterator
from contextlib import closing

import pytest
import redis
from celery import Celery
from tests.support.redis_server import RedisServer
from tests.unit.gateway.notifications.changes import with_changes

from critic_core.contracts.album import QUERY_QUEUE
from critic_core.contracts.errors import InsightPending
from critic_core.runtime.queue import celery_app
from critic_gateway.notifications.on_demand import OnDemandResult, OnDemandResults
from critic_gateway.notifications.subscriber import ChangeSubscriber
from critic_gateway.settings import GatewaySettings


@pytest.fixture
def queue(redis_server: RedisServer) -> Iterator[Celery]:
    with closing(celery_app(GatewaySettings(redis_url=redis_server.url))) as queue:
        yield queue


def test_a_lost_task_is_sent_again(redis_server: RedisServer, client: "redis.Redis", queue: Celery) -> None:
    def read() -> str | None:
        return "computed" if client.llen(QUERY_QUEUE) >= 2 else None

    async def test(changes: ChangeSubscriber) -> None:
        result = OnDemandResult("key", read, "task", ("a",), InsightPending, resend_seconds=0.05)
        results = OnDemandResults(client, changes, queue)
        assert await asyncio.gather(*(results.get(result, 60) for _ in range(3))) == ["computed"] * 3

    with_changes(redis_server.url, test)


def test_a_result_that_is_not_computed_is_pending(
    redis_server: RedisServer, client: "redis.Redis", queue: Celery
) -> None:
    async def test(changes: ChangeSubscriber) -> None:
        result = OnDemandResult("key", lambda: None, "task", ("a",), InsightPending)
        with pytest.raises(InsightPending):
            await OnDemandResults(client, changes, queue).get(result, 0)

    with_changes(redis_server.url, test)
    assert client.llen(QUERY_QUEUE) == 1
