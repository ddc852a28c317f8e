"""A scripted server for each test that asks for one."""

from collections.abc import Iterator

import pytest
from tests.support.scripted_server import ScriptedServer


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer()
    yield scripted
    scripted.stop()
