"""One real stack for all compose tests. No engine: skipped at home, failed in CI."""

import io
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PIL import Image
from tests.compose.front import Front, answers, make_certificate, settings_of_front
from tests.compose.stack import ROOT, Stack, engine_missing
from tests.support.data_sets import data_folder
from tests.support.missing import service_missing
from tests.support.ports import free_port
from tests.support.waiting import until

from critic_core.imaging.golden import golden_photo


@pytest.fixture(scope="session")
def engine() -> None:
    """A Docker engine with Compose."""
    if reason := engine_missing():
        service_missing(reason)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The stack, up and healthy. Its logs are printed when a test failed."""
    with built() as stack:
        stack.up()
        yield stack


@pytest.fixture(scope="session")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """The edge with TLS and a certificate made for it, a gateway and Redis."""
    port, certificate = free_port(), tmp_path_factory.mktemp("tls") / "both.pem"
    make_certificate(certificate)
    with built("infra/compose/tls.yml", **settings_of_front(port, certificate)) as stack:
        stack.compose("up", "--detach", "edge", seconds=60)
        running = Front(stack, port, certificate)
        until(lambda: answers(running), 30, "the edge's first answer")
        yield running


@contextmanager
def built(*overlays: str, **settings: str) -> Iterator[Stack]:
    """A stack with its images built and nothing running yet; everything of it is taken away in the end."""
    if reason := engine_missing():
        service_missing(reason)
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
    data = data_folder()
    rated = sorted((data / "ccby" / "images").glob("*.jpg"))[:10] if data else []
    paths = [ROOT / "tests/data/rocket.jpg", ROOT / "tests/data/cat.png", *rated]
    return {"golden.jpg": golden_photo(), **{path.name: path.read_bytes() for path in paths}}


@pytest.fixture(scope="session")
def slow_photo() -> bytes:
    """A photograph that keeps a worker busy for a while: 12 megapixels of WebP, which has no scaled decoding."""
    large = Image.open(ROOT / "tests/data/rocket.jpg").convert("RGB").resize((4000, 3000))
    file = io.BytesIO()
    large.save(file, "WEBP", quality=70, method=0)
    return file.getvalue()
