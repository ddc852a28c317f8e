"""WCAG 2.2 AA, as far as a machine can tell: axe-core looks at every state of the page."""

import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import DESKTOP
from tests.browser.test_culling import shoot
from tests.browser.visitor import Chosen, Visitor
from tests.support.local_stack import LocalStack

AXE = "axe-core@4.14.1"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The script, from npm's registry; skips, or fails in CI, where that cannot be had."""
    folder = tmp_path_factory.mktemp("axe")
    packed = None
    if shutil.which("npm"):
        packed = subprocess.run(
            ["npm", "pack", AXE, "--silent"], cwd=folder, capture_output=True, text=True, check=False
        )
    if packed is None or packed.returncode:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{AXE} cannot be had from npm")
    with tarfile.open(folder / packed.stdout.strip()) as archive:
        archive.extract("package/axe.min.js", folder, filter="data")
    return folder / "package" / "axe.min.js"


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A page that lets a test's script in."""
    context = chromium.new_context(viewport=DESKTOP, color_scheme=request.param, bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def findings(page: Page, axe: Path) -> Callable[[], list[str]]:
    """What axe finds that is serious."""

    def look() -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.add_script_tag(path=axe)
        told: dict[str, Any] = page.evaluate("(rules) => axe.run({ runOnly: rules })", RULES)
        assert len(told["passes"]) > 10
        found = [one for one in told["violations"] if one["impact"] in SERIOUS]
        return [f"{one['id']}: {node['html']} {node['failureSummary']}" for one in found for node in one["nodes"]]

    return look


def test_the_first_visit(page: Page, stack: LocalStack, findings: Callable[[], list[str]]) -> None:
    Visitor(page, stack.url).visit()
    page.get_by_text("The models, and what they learnt from").click()
    expect(page.locator("#about .model").first).to_be_visible()
    assert findings() == []


def test_culling_a_shoot(page: Page, stack: LocalStack, findings: Callable[[], list[str]]) -> None:
    visitor = Visitor(page, stack.url).visit("near")
    visitor.choose(*shoot(), Chosen("letter.jpg", b"Dear Sir or Madam"))
    visitor.trouble("letter.jpg")
    expect(page.locator("#progress")).to_be_hidden(timeout=60_000)
    expect(page.locator(".cell:visible")).to_have_count(3)
    visitor.look_at("cat 1.jpg")
    page.locator("#grid").focus()
    page.keyboard.press("p")
    assert findings() == []
    page.keyboard.press("Enter")
    expect(page.locator("#loupe meter")).to_be_visible()
    assert findings() == []
    page.keyboard.press("c")
    expect(page.locator(".pane")).to_have_count(3)
    assert findings() == []
    page.keyboard.press("Escape")
    for opener in ("Export", "About the score", "Forget now", "Keys"):
        page.get_by_role("button", name=opener).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert findings() == []
        page.keyboard.press("Escape")


def test_movement_is_left_out_for_those_who_wish_so(chromium: Browser, stack: LocalStack) -> None:
    page = chromium.new_page(viewport=DESKTOP, reduced_motion="reduce")
    Visitor(page, stack.url).visit()
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter(one => getComputedStyle(one).transitionDuration !== '0s').length"
    )
    assert moving == 0
    page.close()


def test_progress_is_said(visitor: Visitor) -> None:
    visitor.visit().choose(*shoot())
    visitor.all_scored(5)
    said = visitor.page.get_by_role("status").first
    expect(said).to_have_text("5 photos scored")
