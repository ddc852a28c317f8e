"""Both clients with one surface: the asynchronous one runs in an event loop of its own."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from tests.support.scripted_server import ScriptedServer

from critic_client import AsyncClient, Client

Connect = Callable[..., Any]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer()
    yield scripted
    scripted.stop()


class Blocking:
    """An asynchronous client or a part of it, called like the synchronous one."""

    def __init__(self, target: Any, runner: asyncio.Runner) -> None:
        self._target, self._runner = target, runner

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._target, name)
        return self._call(attribute) if callable(attribute) else Blocking(attribute, self._runner)

    def __enter__(self) -> "Blocking":
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._target.__aexit__(None, None, None))

    def _call(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def blocking(*arguments: Any, **options: Any) -> Any:
            result = call(*arguments, **options)
            return self._runner.run(result if inspect.iscoroutine(result) else _all(result))

        return blocking


async def _all(items: AsyncIterator[Any]) -> list[Any]:
    return [item async for item in items]


@pytest.fixture(params=["synchronous", "asynchronous"])
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Makes clients of one kind."""
    with asyncio.Runner() as runner:
        kind: Connect = (
            Client if request.param == "synchronous" else lambda *a, **o: Blocking(AsyncClient(*a, **o), runner)
        )
        yield kind
