"""The viewer's insights: where a score comes from."""

from playwright.sync_api import expect
from tests.browser.visitor import SCORE_MS, Chosen, Visitor
from tests.support.photos import DATA

ROCKET = Chosen.at(DATA / "rocket.jpg")


def test_h_lays_the_map_of_the_score_over_the_photo(visitor: Visitor) -> None:
    visitor.visit().choose(ROCKET)
    visitor.scored("rocket.jpg")
    visitor.card("rocket.jpg").dblclick()
    page, score_map = visitor.page, visitor.page.locator("#viewer .score-map")
    expect(score_map).to_be_hidden()
    page.keyboard.press("h")
    expect(score_map).to_have_js_property("naturalWidth", 160, timeout=SCORE_MS)
    expect(page.locator(".score-map-legend")).to_contain_text("Orange raises the score")
    page.keyboard.press("+")
    zoomed = page.locator("#viewer-image").evaluate("image => image.style.transform")
    expect(score_map).to_have_css(
        "transform", page.locator("#viewer-image").evaluate("image => getComputedStyle(image).transform")
    )
    assert "scale(1.5)" in zoomed
    page.keyboard.press("h")
    expect(score_map).to_be_hidden()
    expect(page.locator(".score-map-legend")).to_be_hidden()
    assert not visitor.console_errors
