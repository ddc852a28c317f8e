"""WCAG 2.2 AA as far as axe-core checks it, in every state of the page."""

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
    """The script, from npm's registry; skips, or fails in CI, without npm."""
    folder = tmp_path_factory.mktemp("axe")
    packed = None
    if shutil.which("npm"):
        packed = subprocess.run(
            ["npm", "pack", AXE, "--silent"], cwd=folder, capture_output=True, text=True, check=False
        )
    if packed is None or packed.returncode:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{AXE} cannot be downloaded from npm")
    with tarfile.open(folder / packed.stdout.strip()) as archive:
        archive.extract("package/axe.min.js", folder, filter="data")
    return folder / "package" / "axe.min.js"


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A page without content security policy, for the script."""
    context = chromium.new_context(viewport=DESKTOP, color_scheme=request.param, bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def findings(page: Page, axe: Path) -> Callable[[], list[str]]:
    """Serious findings of axe."""

    def run_axe() -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.add_script_tag(path=axe)
        report: dict[str, Any] = page.evaluate("(rules) => axe.run({ runOnly: rules })", RULES)
        assert len(report["passes"]) > 10
        serious = [rule for rule in report["violations"] if rule["impact"] in SERIOUS]
        return [f"{rule['id']}: {node['html']} {node['failureSummary']}" for rule in serious for node in rule["nodes"]]

    return run_axe


def test_the_first_visit(page: Page, stack: LocalStack, findings: Callable[[], list[str]]) -> None:
    Visitor(page, stack.url).visit()
    page.get_by_text("The models and their training data").click()
    expect(page.locator("#about .model").first).to_be_visible()
    assert findings() == []


def test_culling_a_shoot(page: Page, stack: LocalStack, findings: Callable[[], list[str]]) -> None:
    visitor = Visitor(page, stack.url).visit("near")
    visitor.choose(*shoot(), Chosen("letter.jpg", b"Dear Sir or Madam"))
    visitor.failure("letter.jpg")
    assert findings() == []
    page.keyboard.press("Escape")
    expect(page.locator("#progress")).to_be_hidden(timeout=60_000)
    expect(page.locator(".cell:visible")).to_have_count(3)
    visitor.open_details("cat 1.jpg")
    page.locator("#grid").focus()
    page.keyboard.press("Shift+P")
    assert findings() == []
    page.keyboard.press("Space")
    expect(page.locator("#viewer meter")).to_be_visible()
    assert findings() == []
    page.keyboard.press("v")
    expect(page.locator("#viewer .legend")).not_to_have_text("Being computed…", timeout=60_000)
    assert findings() == []
    page.keyboard.press("c")
    expect(page.locator(".pane")).to_have_count(3)
    assert findings() == []
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator("#grid").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Accept the proposal?")
    assert findings() == []
    page.keyboard.press("Escape")
    for opener in ("Export", "My taste", "About the score", "Delete album", "Keys"):
        page.get_by_role("button", name=opener).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert findings() == []
        page.keyboard.press("Escape")


def test_reduced_motion_is_respected(chromium: Browser, stack: LocalStack) -> None:
    page = chromium.new_page(viewport=DESKTOP, reduced_motion="reduce")
    Visitor(page, stack.url).visit()
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter(el => getComputedStyle(el).transitionDuration !== '0s').length"
    )
    assert moving == 0
    page.close()


def test_progress_is_announced(visitor: Visitor) -> None:
    visitor.visit().choose(*shoot())
    visitor.all_scored(5)
    announcement = visitor.page.get_by_role("status").first
    expect(announcement).to_have_text("5 photos scored")
