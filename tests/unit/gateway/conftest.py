"""One queue server for all unit tests of the gateway; applications in the test's own process."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis
from tests.support.redis_server import RedisServer
from tests.unit.gateway.application import Application, running_application

from critic_gateway.batches import runner

Start = Callable[..., Application]


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Shared: a test that stops it starts it again."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def start(redis_server: RedisServer, client: "redis.Redis", tmp_path: Path) -> Iterator[Start]:
    """Applications with settings, on one queue server and one storage folder."""
    with ExitStack() as applications:
        yield lambda **settings: applications.enter_context(
            running_application(redis_server.url, tmp_path / "storage", **settings)
        )


@pytest.fixture(scope="session")
def shared_application(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with ExitStack() as applications:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(runner, "RUNNERS", 0)  # its storage lacks the manifests of other tests' batches
            folder = tmp_path_factory.mktemp("storage")
            application = applications.enter_context(running_application(redis_server.url, folder))
        yield application


@pytest.fixture
def gateway(shared_application: Application, client: "redis.Redis") -> Application:
    """The shared application with default settings; queue and storage are empty."""
    for file in shared_application.stored_files():
        file.unlink()
    return shared_application
