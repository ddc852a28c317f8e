"""A real queue server for the modules that stand on one."""

from collections.abc import Iterator

import pytest
import redis
from tests.support.redis_server import RedisServer

from critic_core.runtime.redis_client import connect


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(redis_server: RedisServer) -> Iterator["redis.Redis"]:
    with connect(redis_server.url) as client:
        client.flushall()
        yield client
