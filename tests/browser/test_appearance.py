"""The page on a phone and in the dark."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from tests.browser.visitor import Chosen, Visitor
from tests.support.local_stack import LocalStack
from tests.support.photos import DATA

CAT = Chosen("a rather long name, as cameras and people give them, of_a_photograph_without_any_space.png", b"")
# (text, background): the contrast must satisfy WCAG 2.2, success criterion 1.4.3
TEXTS = [
    ("#summary", "body"), (".meaning", "#details"), ("#details .fine", "#details"), ("#details h3", "#details"),
    (".cell-name", "body"), (".tools label", ".tools"),
]  # fmt: skip
LEAST_CONTRAST = 4.5


@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_nothing_sticks_out_at_the_side(chromium: Browser, stack: LocalStack, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 800})
    visitor = Visitor(page, stack.url).visit()
    assert _sticks_out(page) <= 0
    data = (DATA / "cat.png").read_bytes()
    visitor.choose(Chosen(CAT.name, data), Chosen("x" * 200 + ".jpg", b"not a photo"))
    visitor.scored(CAT.name)
    visitor.failure("x" * 200 + ".jpg")
    page.keyboard.press("Escape")
    assert _sticks_out(page) <= 0
    page.locator("#grid").focus()
    page.keyboard.press("Space")
    expect(page.locator("#viewer meter")).to_be_visible()
    page.locator("#viewer").get_by_text("Details").click()
    assert _sticks_out(page) <= 0
    page.close()


def _sticks_out(page: Page) -> int:
    pixels: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return pixels


@pytest.mark.parametrize(("scheme", "least", "most"), [("light", 200, 256), ("dark", 0, 60)])
def test_it_follows_the_colour_scheme(visitor: Visitor, scheme: str, least: int, most: int) -> None:
    visitor.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    visitor.visit()
    pixels = np.asarray(Image.open(BytesIO(visitor.page.screenshot())).convert("L"))
    assert least <= float(pixels.mean()) < most


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read(visitor: Visitor, scheme: str) -> None:
    visitor.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    visitor.visit().choose(Chosen.at(DATA / "cat.png"))
    visitor.scored("cat.png")
    visitor.open_details("cat.png")
    contrasts = {text: _contrast(visitor.page, text, ground) for text, ground in TEXTS}
    assert [text for text, contrast in contrasts.items() if contrast < LEAST_CONTRAST] == []


def _contrast(page: Page, text: str, ground: str) -> float:
    dark, light = sorted((_luminance(page, text, "color"), _luminance(page, ground, "backgroundColor")))
    return (light + 0.05) / (dark + 0.05)


def _luminance(page: Page, selector: str, colour: str) -> float:
    """Relative luminance of WCAG 2.2, 0 to 1."""
    page.locator(selector).first.wait_for(state="attached")
    # In one step: an element that is rendered again in between has no colour.
    script = f"selector => getComputedStyle(document.querySelector(selector)).{colour}.match(/[0-9.]+/g).map(Number)"
    rgb = page.evaluate(script, selector)
    channels = [value / 255 for value in rgb[:3]]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
