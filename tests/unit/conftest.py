"""A real queue server for the modules that stand on one, and the log lines of a service."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
import structlog
from tests.support.redis_server import RedisServer

from critic_core.runtime import logs
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


@pytest.fixture
def gateway_log() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Configures the gateway's logs; returns a function that reads all lines since."""
    root, written = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    logs.configure("gateway", "INFO")
    structlog.configure(cache_logger_on_first_use=False)  # a logger that keeps this configuration escapes capture_logs
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
