"""A clock for what is kept in the queue server."""

import pytest
from tests.support.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()
