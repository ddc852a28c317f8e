"""One real stack for all compose tests. No engine: skipped at home, failed in CI."""

import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.compose.stack import ROOT, Stack, engine_missing
from tests.support.redis_server import free_port

from critic_core.imaging.golden import golden_photo


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The stack, up and healthy. Its logs are printed when a test failed."""
    with built() as stack:
        stack.up()
        yield stack


@contextmanager
def built(*overlays: str, **settings: str) -> Iterator[Stack]:
    """A stack with its images built and nothing running yet; everything of it is taken away in the end."""
    if reason := engine_missing():
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    stack = Stack(f"photo-critic-test-{uuid.uuid4().hex[:8]}", free_port(), *overlays, **settings)
    try:
        stack.build()
        yield stack
    finally:
        sys.stderr.write(stack.logs())  # pytest shows it beside a failure only
        stack.down()


@pytest.fixture(scope="session")
def photographs() -> dict[str, bytes]:
    """Real photographs by name: those of the repository, and some of CRITIC_DATA where that is."""
    rated = ROOT / os.environ.get("CRITIC_DATA", "../shared/data") / "ccby" / "images"
    paths = [ROOT / "tests/data/rocket.jpg", ROOT / "tests/data/cat.png", *sorted(rated.glob("*.jpg"))[:10]]
    return {"golden.jpg": golden_photo(), **{path.name: path.read_bytes() for path in paths}}
