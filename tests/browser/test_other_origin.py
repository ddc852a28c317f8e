"""The example page of an app of another origin: its browser may call a server that names the origin."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.support.client_js import ROOT, build_client, bundle
from tests.support.local_stack import LocalStack
from tests.support.photos import DATA
from tests.support.ports import free_port
from tests.support.waiting import until


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its base class's name
        pass


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The origin of a server with the files of a folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def gateway(stack: LocalStack, origins: str) -> Iterator[str]:
    """One more gateway of the stack, for pages of these origins."""
    note, port = stack.note(), str(free_port())
    settings = {
        "CRITIC_REDIS_URL": note.redis_url,
        "CRITIC_STORAGE_URL": note.storage_url,
        "CRITIC_GATEWAY_PORT": port,
        "CRITIC_CORS_ORIGINS": origins,
        "CRITIC_GATEWAY_DRAIN_DELAY_SECONDS": "0",
    }
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen([sys.executable, "-m", "critic_gateway"], env={**os.environ, **settings}) as process:
        until(lambda: is_alive(url), 120, "the gateway")
        yield url
        process.terminate()


def is_alive(url: str) -> bool:
    try:
        return httpx.get(f"{url}/livez", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_client(tmp_path_factory.mktemp("client"))


@pytest.fixture
def example(tmp_path: Path, stack: LocalStack, package: Path) -> Iterator[Callable[[bool], str]]:
    """The address of the example page, of an origin that its server allows or not."""
    folder = tmp_path / "page"
    folder.mkdir()
    with ExitStack() as running:
        origin = running.enter_context(serving(folder))

        def address(allowed: bool) -> str:
            server = running.enter_context(gateway(stack, origin if allowed else ""))
            bundle(package, ROOT / "examples" / "page", server, folder)
            return origin

        yield address


def test_a_page_of_an_allowed_origin_scores_a_photo(page: Page, example: Callable[[bool], str]) -> None:
    page.goto(example(True))
    page.set_input_files("input", DATA / "cat.png")
    output = page.locator("output")
    expect(output).not_to_be_empty()
    assert 0 <= float(output.inner_text()) <= 100


def test_a_page_of_any_other_origin_learns_nothing(page: Page, example: Callable[[bool], str]) -> None:
    page.goto(example(False))
    with page.expect_event("pageerror") as error:
        page.set_input_files("input", DATA / "cat.png")
    assert "No server answers" in str(error.value)
