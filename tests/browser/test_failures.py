"""Every failure becomes a sentence in time. The paper's page waited forever for a failed server."""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from tests.browser.visitor import SCORE_MS, Chosen, Visitor, answer
from tests.support.local_stack import LocalStack
from tests.support.photos import DATA

from critic_core.contracts.errors import (
    AlbumResultPending,
    CriticError,
    Overloaded,
    PreviewPending,
    QueueUnavailable,
    QuotaExceeded,
)

CAT = Chosen.at(DATA / "cat.png")
UPLOADS = "**/v1/albums/*/photos"
EVENTS = "**/v1/albums/*/events"
KEY = "a key for this test only"
QUICKLY = [20, 20]  # RETRY_BACKOFF_MS


def document(error: CriticError) -> dict[str, Any]:
    return error.problem("/v1/albums").model_dump(mode="json")


def never(_: Route) -> None:
    """No response."""


def try_again(visitor: Visitor) -> None:
    visitor.failure_row("cat.png").get_by_role("button", name="Try again").click()


def test_a_short_failure_of_the_server_is_not_shown(visitor: Visitor) -> None:
    visitor.shorten_timeouts(RETRY_BACKOFF_MS=QUICKLY)
    visitor.page.route(UPLOADS, lambda route: answer(route, 503, document(QueueUnavailable())), times=2)
    visitor.visit().choose(CAT)
    visitor.scored("cat.png")


def test_a_broken_server_is_reported_in_its_own_words_and_can_be_retried(visitor: Visitor) -> None:
    visitor.shorten_timeouts(RETRY_BACKOFF_MS=QUICKLY)
    visitor.page.route(UPLOADS, lambda route: answer(route, 503, document(QueueUnavailable())), times=3)
    visitor.visit().choose(CAT)
    assert visitor.failure("cat.png") == QueueUnavailable().detail
    expect(visitor.page.locator("#summary")).to_have_text("0 of 1 scored, 1 failed")
    try_again(visitor)
    visitor.all_scored(1)


def test_a_proxys_error_page_becomes_a_sentence(visitor: Visitor) -> None:
    visitor.shorten_timeouts(RETRY_BACKOFF_MS=QUICKLY)
    visitor.page.route(UPLOADS, lambda route: answer(route, 502, "<h1>Bad gateway</h1>"), times=3)
    visitor.visit().choose(CAT)
    assert "does not understand the response of the server (status 502)" in visitor.failure("cat.png")
    try_again(visitor)
    visitor.scored("cat.png")


def test_a_response_that_is_not_json_becomes_a_sentence(visitor: Visitor) -> None:
    cut = {"status": 202, "content_type": "application/json", "body": '{"id": "01'}
    visitor.page.route(UPLOADS, lambda route: route.fulfill(**cut), times=1)  # type: ignore[arg-type]
    visitor.visit().choose(CAT)
    assert "does not understand" in visitor.failure("cat.png")


def test_without_an_album_every_photo_says_why_and_can_be_tried_again(visitor: Visitor) -> None:
    visitor.page.route("**/v1/albums", lambda route: answer(route, 503, document(QueueUnavailable())), times=1)
    visitor.visit().choose(CAT)
    assert visitor.failure("cat.png") == QueueUnavailable().detail
    try_again(visitor)
    visitor.scored("cat.png")


def test_uploads_wait_for_an_overloaded_server(visitor: Visitor) -> None:
    busy = document(Overloaded())
    visitor.page.route(UPLOADS, lambda route: answer(route, 429, busy, Retry_After="1"), times=2)
    visitor.visit().choose(CAT)
    expect(visitor.card("cat.png")).to_contain_text("The server is overloaded")
    visitor.scored("cat.png")


def test_a_server_overloaded_too_long_is_a_failure(visitor: Visitor) -> None:
    visitor.shorten_timeouts(MAX_RETRY_PAUSE_MS=50, RESULT_MS=500)
    visitor.page.route(UPLOADS, lambda route: answer(route, 429, document(Overloaded()), Retry_After="3600"))
    visitor.visit().choose(CAT)
    assert "accepts no more photos" in visitor.failure("cat.png")


def test_an_exceeded_quota_fails_at_once(visitor: Visitor) -> None:
    requests = []

    def refuse(route: Route) -> None:
        requests.append(route.request.url)
        answer(route, 429, document(QuotaExceeded()), Retry_After="3600")

    visitor.page.route(UPLOADS, refuse)
    visitor.visit().choose(CAT)
    assert visitor.failure("cat.png") == QuotaExceeded().detail
    assert len(requests) == 1
    visitor.page.unroute(UPLOADS)
    try_again(visitor)  # tomorrow
    visitor.scored("cat.png")


def test_an_upload_without_a_response_times_out(visitor: Visitor) -> None:
    visitor.shorten_timeouts(UPLOAD_STALL_MS=300, RESPONSE_MS=1000)
    visitor.page.route(UPLOADS, never)
    visitor.visit().choose(CAT)
    assert "did not answer within" in visitor.failure("cat.png")
    visitor.page.unroute(UPLOADS)
    try_again(visitor)
    visitor.scored("cat.png")


def test_a_lost_connection_is_retried_and_then_reported(visitor: Visitor) -> None:
    visitor.shorten_timeouts(RETRY_BACKOFF_MS=QUICKLY)
    visitor.page.route(UPLOADS, lambda route: route.abort("connectionreset"), times=3)
    visitor.visit().choose(CAT)
    assert "connection to the server was lost" in visitor.failure("cat.png")
    try_again(visitor)
    visitor.scored("cat.png")


def test_an_upload_repeated_after_a_lost_answer_makes_no_second_photo(visitor: Visitor) -> None:
    arrived: list[str] = []

    def lose_the_answer(route: Route) -> None:
        arrived.append(route.fetch().json()["photos"][0]["photo"]["id"])
        route.abort("connectionreset")

    visitor.page.route(UPLOADS, lose_the_answer, times=1)
    visitor.visit().choose(CAT)
    visitor.all_scored(1)
    expect(visitor.page.locator(".cell:visible")).to_have_count(1)
    assert visitor.photo_on_server("cat.png")["id"] == arrived[0]


def test_late_scores_are_reported_and_still_shown(visitor: Visitor) -> None:
    visitor.shorten_timeouts(RESULT_MS=500, STREAM_SILENCE_MS=4000)
    visitor.page.route(EVENTS, never, times=1)
    visitor.visit().choose(CAT)
    expect(visitor.page.locator("#notices")).to_contain_text("unusually long", timeout=5000)
    visitor.scored("cat.png")
    expect(visitor.page.locator("#notices")).not_to_contain_text("unusually long")


def test_a_lost_event_stream_is_reported_and_reconnected(visitor: Visitor) -> None:
    visitor.page.route(EVENTS, lambda route: route.abort("connectionreset"), times=2)
    visitor.visit().choose(CAT)
    expect(visitor.page.locator("#notices")).to_contain_text("reconnects automatically")
    visitor.scored("cat.png")
    expect(visitor.page.locator("#notices")).not_to_contain_text("reconnects automatically")


def test_a_photo_can_be_forgotten_during_a_stalled_upload(visitor: Visitor) -> None:
    visitor.page.route(UPLOADS, never)
    visitor.visit().choose(CAT)
    expect(visitor.card("cat.png")).to_contain_text("Uploading")
    visitor.card("cat.png").click()
    visitor.page.get_by_role("button", name="Delete this photo").click()
    expect(visitor.page.locator(".cell:visible")).to_have_count(0)
    assert visitor.console_errors == []


def test_a_stalled_upload_does_not_block_others(visitor: Visitor) -> None:
    visitor.page.route(UPLOADS, never, times=1)
    copies = [Chosen(f"{number}.png", CAT.data + bytes([number])) for number in range(4)]
    visitor.visit().drop(CAT, *copies)
    for copy in copies:
        visitor.scored(copy.name)
    expect(visitor.card("cat.png")).to_contain_text("Uploading")


def test_a_decision_that_cannot_be_saved_is_stored_and_saved_later(visitor: Visitor, stack: LocalStack) -> None:
    visitor.visit().choose(CAT)
    visitor.all_scored(1)
    visitor.page.route("**/decisions", lambda route: route.abort("connectionreset"))
    visitor.page.locator("#grid").focus()
    visitor.page.keyboard.press("p")
    expect(visitor.page.locator("#notices")).to_contain_text("saves them later")
    expect(visitor.card("cat.png")).to_have_attribute("data-flag", "pick")
    visitor.page.unroute("**/decisions")
    with visitor.page.expect_response("**/decisions") as saved:
        visitor.page.reload()
    assert saved.value.ok
    expect(visitor.card("cat.png")).to_have_attribute("data-flag", "pick")
    with stack.client() as http:
        (photo,) = http.get(f"/v1/albums/{visitor.album()}").json()["photos"]
    assert photo["decision"]["flag"] == "pick"


def test_a_pending_selection_is_requested_again(visitor: Visitor) -> None:
    pending = document(AlbumResultPending())
    visitor.page.route("**/selection?*", lambda route: answer(route, 202, pending, Retry_After="1"), times=2)
    visitor.visit().choose(CAT)
    visitor.all_scored(1)
    expect(visitor.card("cat.png")).to_have_attribute("data-verdict", "keep", timeout=SCORE_MS)
    assert visitor.console_errors == []


def test_a_pending_preview_is_requested_again(visitor: Visitor) -> None:
    pending = document(PreviewPending())
    visitor.page.route("**/preview", lambda route: answer(route, 202, pending, Retry_After="1"), times=1)
    visitor.visit().choose(Chosen.at(DATA / "formats" / "heic.heic"))
    visitor.scored("heic.heic")
    expect(visitor.card("heic.heic").locator("img")).to_have_js_property("naturalWidth", 240)


def test_without_the_models_description_photos_are_scored_all_the_same(visitor: Visitor) -> None:
    visitor.page.route("**/v1/models", lambda route: answer(route, 503, document(QueueUnavailable())))
    visitor.visit().choose(CAT)
    expect(visitor.page.locator("#about")).to_contain_text("could not be loaded")
    visitor.scored("cat.png")


@pytest.fixture(scope="module")
def locked_stack(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack with an API key."""
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    locked = LocalStack(tmp_path_factory.mktemp("locked") / "data", API_KEYS=digest)
    locked.start()
    yield locked
    locked.stop()


def test_the_visitor_enters_the_key_of_a_server(page: Page, locked_stack: LocalStack) -> None:
    visitor = Visitor(page, locked_stack.url).visit()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("This server requires an API key.")
    _give(page, "a wrong key")
    expect(dialog).to_contain_text("does not know this key")
    _give(page, KEY)
    expect(dialog).to_be_hidden()
    expect(page.locator("#about .model").first).to_be_attached()
    heic = Chosen.at(DATA / "formats" / "heic.heic")
    visitor.choose(CAT, heic)
    visitor.scored("cat.png")
    visitor.scored("heic.heic")
    expect(visitor.card("heic.heic").locator("img")).to_have_js_property(
        "naturalWidth", 240
    )  # its preview needed the key as well
    page.reload()
    expect(page.locator("#about .model").first).to_be_attached()
    expect(dialog).to_be_hidden()  # the tab remembers
    assert visitor.console_errors == []


def test_a_visitor_without_a_key_gets_the_reason(page: Page, locked_stack: LocalStack) -> None:
    visitor = Visitor(page, locked_stack.url).visit()
    page.get_by_role("button", name="Not now").click()
    expect(page.locator("#about")).to_contain_text("API key")
    visitor.choose(CAT)
    page.get_by_role("button", name="Not now").click()
    assert "API key" in visitor.failure("cat.png")
    try_again(visitor)
    _give(page, KEY)
    visitor.scored("cat.png")


def _give(page: Page, key: str) -> None:
    page.get_by_role("textbox", name="API key").fill(key)
    page.get_by_role("button", name="Use this key").click()
