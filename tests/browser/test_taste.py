"""The taste on the page: off at first, its evidence, erasure."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from tests.browser.visitor import Chosen, Visitor
from tests.support.photos import DATA

HELD_OUT = {"pairs": 600, "common": 0.7, "taste": 0.78, "gain": 0.08, "gain_low": 0.031, "gain_high": 0.13}


def opened(visitor: Visitor) -> Page:
    visitor.visit().choose(Chosen.at(DATA / "rocket.jpg"))
    visitor.scored("rocket.jpg")
    visitor.page.get_by_role("button", name="My taste").click()
    return visitor.page


def test_it_is_off_learns_on_demand_and_can_be_erased(visitor: Visitor) -> None:
    page = opened(visitor)
    state = page.locator("#taste-state")
    toggle = page.get_by_role("switch", name="Learn my taste")
    expect(state).to_have_text("Off: the common score ranks.")
    toggle.check()
    expect(state).to_contain_text("Not in use: it needs 50 decided pictures", timeout=60_000)
    assert page.request.get(f"{visitor.url}/v1/taste").json()["enabled"] is True
    page.get_by_role("button", name="Erase my taste").click()
    expect(state).to_have_text("Off: the common score ranks.")
    expect(toggle).not_to_be_checked()
    assert page.request.get(f"{visitor.url}/v1/taste").json()["enabled"] is False
    assert not visitor.console_errors


@pytest.mark.parametrize(
    ("state", "sentence"), [("proven", "In use: of held-out pairs"), ("unproven", "Not in use, no gain is proven: of")]
)
def test_its_evidence_is_the_held_out_accuracy_with_the_interval_of_the_gain(
    visitor: Visitor, state: str, sentence: str
) -> None:
    taste = {"enabled": True, "state": state, "decisions": 120, "held_out": HELD_OUT}
    visitor.page.route("**/v1/taste", lambda route: route.fulfill(json=taste))
    shown = opened(visitor).locator("#taste-state")
    expect(shown).to_contain_text(sentence)
    expect(shown).to_contain_text("78 % as you did, the common score 70 % (gain 3 to 13 points, 95 %)")


def test_the_switch_needs_a_known_state_and_stays_on_when_only_reading_the_state_fails(visitor: Visitor) -> None:
    problem = {"code": "queue_unavailable", "detail": "No queue.", "permanent": False}
    states: list[dict[str, Any]] = []

    def answer(route: Route) -> None:
        if route.request.method == "PUT":
            route.fulfill(status=204)
        elif states:
            route.fulfill(json=states.pop())
        else:
            route.fulfill(status=503, json=problem)

    visitor.page.route("**/v1/taste", answer)
    page = opened(visitor)
    state, toggle = page.locator("#taste-state"), page.get_by_role("switch", name="Learn my taste")
    expect(state).to_have_text("No queue.")
    expect(toggle).to_be_disabled()
    page.keyboard.press("Escape")
    states.append({"enabled": False, "state": "off", "decisions": 0})
    page.get_by_role("button", name="My taste").click()
    expect(state).to_contain_text("Off")
    toggle.check()
    expect(state).to_have_text("No queue.")
    expect(toggle).to_be_checked()


def test_a_switch_that_the_server_refuses_stays_off(visitor: Visitor) -> None:
    problem: dict[str, Any] = {"code": "queue_unavailable", "detail": "No queue.", "permanent": False}

    def refuse(route: Route) -> None:
        if route.request.method == "PUT":
            route.fulfill(status=503, json=problem)
        else:
            route.continue_()

    visitor.page.route("**/v1/taste", refuse)
    page = opened(visitor)
    expect(page.locator("#taste-state")).to_contain_text("Off")
    page.get_by_role("switch", name="Learn my taste").click()
    expect(page.locator("#taste-state")).to_have_text("No queue.")
    expect(page.get_by_role("switch", name="Learn my taste")).not_to_be_checked()
