"""A steady page: nothing moves from the first drop to the export, one row of tools, three rows of photos."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from tests.browser.visitor import Chosen, Visitor
from tests.support.local_stack import LocalStack

PHOTOS = 60
MOST_SHIFT = 0.1  # "good" by web.dev/cls
SMALL_DESKTOP = {"width": 1280, "height": 720}
RECORD_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, sources } of list.getEntries()) {
    window.shifts.push([value, sources.map(({ node }) => node?.id || node?.className || node?.nodeName).join()]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


def many_photos() -> list[Chosen]:
    """Coloured noise: different scores, no near duplicates."""
    random = np.random.default_rng(5)
    return [Chosen(f"DSC_{number:04}.jpg", _jpeg(random)) for number in range(PHOTOS)]


def _jpeg(random: np.random.Generator) -> bytes:
    coarse = random.integers(0, 256, (6, 9, 3), dtype=np.uint8)
    picture = Image.fromarray(coarse).resize((360, 240), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport=SMALL_DESKTOP)
    page.add_init_script(RECORD_SHIFTS)
    yield page
    page.close()


def test_nothing_moves_from_the_first_drop_to_the_export(page: Page, stack: LocalStack) -> None:
    visitor = Visitor(page, stack.url).visit("near")
    visitor.drop(*many_photos(), Chosen("letter.jpg", b"Dear Sir or Madam"))
    expect(page.locator("#summary")).to_have_text(f"{PHOTOS} of {PHOTOS + 1} scored, 1 failed", timeout=240_000)
    expect(page.locator("#tally")).to_contain_text("0 kept")
    page.locator("#grid").focus()
    for key in ("p", "x", "Backspace", "PageDown", "Space", "p", "Escape", "/", "7", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("button", name="Accept the rest")).to_be_enabled()
    for key in ("Enter", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#tally")).to_contain_text("· 0 to go")
    page.get_by_role("button", name="Export").click()
    with page.expect_download():
        page.get_by_role("button", name="CSV table").click()
    shifts = page.evaluate("window.shifts")
    assert sum(value for value, _ in shifts) < MOST_SHIFT, shifts
    page.keyboard.press("Escape")
    _one_row_of_each(page)
    assert page.locator("#tally").evaluate("tally => tally.scrollWidth <= tally.clientWidth")
    _three_rows_of_photos(page)


def _one_row_of_each(page: Page) -> None:
    for row, height in ((".bar", 48), (".tools", 44)):
        box = page.locator(row).bounding_box()
        assert box is not None
        assert box["height"] == height
        assert page.locator(row).evaluate("row => row.scrollWidth <= row.clientWidth"), f"{row} is too narrow"


def _three_rows_of_photos(page: Page) -> None:
    page.locator("#grid").focus()
    page.keyboard.press("Home")
    tops: list[float] = page.locator(".cell:visible").evaluate_all(
        """all => [...new Set(all.map(cell => cell.getBoundingClientRect())
            .filter(box => box.top >= 0 && box.bottom <= innerHeight).map(box => Math.round(box.top)))]"""
    )
    assert len(tops) >= 3
