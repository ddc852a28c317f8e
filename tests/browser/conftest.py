"""A real Chromium with the page of a real stack."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.browser.visitor import Visitor
from tests.support.local_stack import LocalStack

DESKTOP = {"width": 1280, "height": 900}
# No sandbox, because tests run as root in containers; the rest prevents Chromium's own requests.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=30_000)  # milliseconds on a busy machine: a deadline for broken pages


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser at CRITIC_CHROMIUM, by default Debian's.

    One a module: while it is open, Playwright runs an event loop in this thread, and other tests run their own.
    """
    path = os.environ.get("CRITIC_CHROMIUM", "/usr/bin/chromium")
    if not os.access(path, os.X_OK):
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no Chromium at {path} (CRITIC_CHROMIUM)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A desktop window with the light theme and an empty profile."""
    page = chromium.new_page(viewport=DESKTOP, color_scheme="light")
    yield page
    page.close()


@pytest.fixture
def visitor(page: Page, stack: LocalStack) -> Visitor:
    """A visitor before the first visit."""
    return Visitor(page, stack.url)
