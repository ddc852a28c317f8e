"""Errors of Redis: a full one and one that is down, without addresses."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from tests.support.ports import free_port
from tests.support.redis_server import RedisServer

from critic_core.contracts.errors import QueueFull, QueueUnavailable
from critic_core.runtime.redis_client import connect, redis_errors


@pytest.fixture
def full_redis(tmp_path: Path) -> Iterator["redis.Redis"]:
    """A queue server with no room left."""
    server = RedisServer(tmp_path)
    server.start()
    with connect(server.url) as client:
        client.config_set("maxmemory", "1")
        yield client
    server.stop()


def test_a_full_redis_is_an_error_of_its_own(full_redis: "redis.Redis") -> None:
    with pytest.raises(QueueFull), redis_errors():
        full_redis.set("key", "value")
    with pytest.raises(QueueFull), redis_errors():
        full_redis.register_script("redis.call('SET', KEYS[1], 1)")(keys=["key"])
    with pytest.raises(QueueFull), redis_errors(), full_redis.pipeline() as pipe:
        pipe.set("key", "value").execute()


def test_the_address_is_no_part_of_the_detail() -> None:
    port = free_port()
    with pytest.raises(QueueUnavailable) as caught, redis_errors():
        connect(f"redis://127.0.0.1:{port}/0", fail_fast=True).ping()
    assert str(port) not in caught.value.detail
