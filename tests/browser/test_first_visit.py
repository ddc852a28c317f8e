"""The page before the first photo."""

import re

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.visitor import FRONTEND, Visitor
from tests.support.local_stack import LocalStack

KILOBYTES = 1000


def test_it_opens_without_errors_and_contacts_only_its_own_server(visitor: Visitor) -> None:
    with visitor.page.expect_response("**/v1/models"):
        visitor.visit()
    expect(visitor.page.get_by_role("heading", name="Photo Critic")).to_be_visible()
    expect(visitor.page.locator("#about .model").first).to_be_attached()
    assert visitor.console_errors == []
    assert {answer.status for answer in visitor.responses} <= {200, 304}
    assert [answer.url for answer in visitor.responses if not answer.url.startswith(visitor.url)] == []


def test_the_server_forbids_everything_but_its_own_files(visitor: Visitor) -> None:
    visitor.visit()
    policy = visitor.responses[0].headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_policy_is_really_in_force(visitor: Visitor) -> None:
    """Otherwise the test above could pass on a header that no browser understands."""
    visitor.visit()
    visitor.page.evaluate("document.body.append(Object.assign(document.createElement('style'), {textContent: 'p{}'}))")
    assert any("Content Security Policy" in complaint for complaint in visitor.console_errors)


def test_it_shows_the_model_cards(visitor: Visitor, stack: LocalStack) -> None:
    visitor.visit()
    with stack.client() as http:
        models = http.get("/v1/models").json()["models"]
    assert [model["name"] for model in models] == ["aesthetics", "aesthetics-alexnet"]
    for number, model in enumerate(models):
        about = visitor.page.locator("#about .model").nth(number)
        expect(about).to_contain_text(model["summary"])
        expect(about).to_contain_text(f"Model {model['name']}, version {model['version']}")
        for dataset in model["datasets"]:
            expect(about).to_contain_text(dataset["licence"])


def test_it_can_be_used_with_the_keyboard_alone(visitor: Visitor) -> None:
    visitor.visit()
    with visitor.page.expect_file_chooser() as opened:  # before the first key: it must be in place when Enter comes
        visitor.page.keyboard.press("Tab")
        expect(visitor.page.locator("#files")).to_be_focused()
        visitor.page.keyboard.press("Enter")
    assert opened.value.is_multiple()
    visitor.page.keyboard.press("Tab")
    expect(visitor.page.locator("#folder")).to_be_focused()
    visitor.page.keyboard.press("Tab")
    expect(visitor.page.get_by_role("switch", name="Send originals")).to_be_focused()
    visitor.page.keyboard.press("Space")
    expect(visitor.page.get_by_role("switch", name="Send originals")).to_be_checked()


def test_every_picture_and_control_has_a_name(visitor: Visitor) -> None:
    visitor.visit()
    unnamed = visitor.page.locator("button, input, select, a").evaluate_all(
        "all => all.filter(el => !(el.textContent.trim() || el.ariaLabel || el.labels?.length)).map(el => el.outerHTML)"
    )
    assert unnamed == []


@pytest.mark.parametrize(("language", "most"), [("en", 78), ("de", 94)])
def test_what_loads_before_the_first_drop_is_small_and_seen_at_once(
    chromium: Browser, stack: LocalStack, language: str, most: int
) -> None:
    """The culling is loaded with the first sign of a choice, such as a file above the window."""
    page = chromium.new_page(locale=language)
    Visitor(page, stack.url).visit()
    expect(page.locator("#about .model").first).to_be_attached()
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').filter(entry => /[.](js|css)$/.test(entry.name))"
        ".map(entry => [new URL(entry.name).pathname, entry.decodedBodySize])"
    )
    assert 10 * KILOBYTES < sum(size for _, size in loaded) < most * KILOBYTES
    assert "/culling.js" not in dict(loaded)
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert paint < 1000
    with page.expect_response("**/culling.js"):
        page.dispatch_event("#drop", "dragenter")
    page.close()


@pytest.mark.parametrize(("language", "most"), [("en", 250), ("de", 267)])
def test_scripts_and_styles_of_one_language_are_small(language: str, most: int) -> None:
    """All of the culling's; of the texts, those of one language."""
    files = [file for file in FRONTEND.rglob("*") if file.suffix in {".js", ".css"} and "shared" not in file.as_posix()]
    unloaded = {"en.js", "de.js"} - {f"{language}.js"}
    assert sum(file.stat().st_size for file in files if file.name not in unloaded) < most * KILOBYTES


def test_nothing_in_it_is_written_as_markup() -> None:
    """Names of files and words of the server are shown as text; nothing may turn them into elements."""
    risky = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|style=")
    found = [file.name for file in FRONTEND.rglob("*.*") if risky.search(file.read_text("utf-8"))]
    assert found == []
