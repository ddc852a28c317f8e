"""The heartbeat of this worker, and the exit of one that has stopped consuming."""

from datetime import UTC, datetime

import pytest
import redis
from tests.support.clock import Clock
from tests.support.redis_server import RedisServer

from critic_core.contracts.errors import QueueUnavailable
from critic_core.contracts.heartbeat import Heartbeat, heartbeat_queue
from critic_core.runtime.queue import celery_app
from critic_worker.celery.background import exit_if_silent, heartbeat_monitor
from critic_worker.context import WorkerContext
from critic_worker.health.heartbeat import HeartbeatMonitor
from critic_worker.threads import EX_TEMPFAIL


def test_heartbeats_go_through_the_workers_own_queue(
    context: WorkerContext, client: "redis.Redis", redis_server: RedisServer
) -> None:
    settings = context.settings.model_copy(update={"redis_url": redis_server.url})
    app = celery_app(settings)
    monitor = heartbeat_monitor(app, context)
    assert monitor.check(timeout=30) < 20
    assert client.llen(heartbeat_queue("tested")) == 1
    assert monitor.check(timeout=30) < 20
    assert client.llen(heartbeat_queue("tested")) == 1
    context.worker_status.save_heartbeat(Heartbeat(worker="tested", at=datetime.now(UTC)))
    monitor.check(timeout=30)
    assert client.llen(heartbeat_queue("tested")) == 2
    app.close()


@pytest.fixture
def exits() -> list[int]:
    return []


@pytest.mark.parametrize("is_down", [False, True])
def test_a_silent_worker_exits_unless_redis_is_down(context: WorkerContext, exits: list[int], is_down: bool) -> None:
    def send(_: float) -> None:
        if is_down:
            raise QueueUnavailable

    clock, timeout = Clock(), context.settings.heartbeat_timeout_seconds
    monitor = HeartbeatMonitor(send, context.worker_status, "tested", clock)
    for seconds in (0, timeout, 2):
        assert exits == []
        clock.now += seconds
        exit_if_silent(monitor, context.settings, exits.append)
    assert exits == ([] if is_down else [EX_TEMPFAIL])
