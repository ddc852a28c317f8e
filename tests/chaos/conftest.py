"""Real local stacks, each for a file of tests, whose disk, Redis or storage a test spoils."""

from collections.abc import Callable, Iterator
from io import BytesIO

import httpx
import pytest
from tests.support.local_stack import LocalStack
from tests.support.photos import cat


@pytest.fixture
def jpeg() -> bytes:
    """A small photo."""
    file = BytesIO()
    cat((90, 60)).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def upload(jpeg: bytes) -> Callable[..., httpx.Response]:
    """Send a small photo to a stack; every time with other bytes."""
    numbers = iter(range(1_000_000))

    def send(stack: LocalStack, **params: object) -> httpx.Response:
        with stack.client() as client:
            return client.post("/v1/photos", params=params, content=jpeg + str(next(numbers)).encode())

    return send


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., LocalStack]]:
    """Start a stack with these settings in a folder of its own, or in `folder`."""
    stacks: list[LocalStack] = []

    def start(**settings: str) -> LocalStack:
        stack = LocalStack(tmp_path_factory.mktemp("chaos") / "data", **settings)
        stacks.append(stack)
        stack.start()
        return stack

    yield start
    for stack in stacks:
        stack.stop()
