"""Many photos: folders, interruptions, an overloaded server, a restarted server. No photo is lost or duplicated."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from tests.browser.visitor import FRONTEND, Chosen, Visitor
from tests.support.local_stack import LocalStack
from tests.support.photos import DATA
from tests.support.shoots import shoot, written

UPLOADS = "**/v1/albums/*/photos"
SLOWLY = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 150_000}


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Thirty photos on a disk."""
    return written(tmp_path / "shoot", shoot(30))


def choose(visitor: Visitor, files: list[Path]) -> None:
    visitor.page.set_input_files("#files", files)


def in_album(visitor: Visitor) -> list[str]:
    """The names of the server's photos, all of them done."""
    page = visitor.page.request.get(f"{visitor.url}/v1/albums/{visitor.album()}?limit=1000").json()
    assert {photo["state"] for photo in page["photos"]} == {"done"}
    return sorted(photo["file_name"] for photo in page["photos"])


def some_uploaded(visitor: Visitor, count: int) -> None:
    """Let `count` uploads pass; all others stall."""
    passed: list[str] = []

    def pass_some(route: Route) -> None:
        if len(passed) < count:
            passed.append(route.request.url)
            route.continue_()

    visitor.page.route(UPLOADS, pass_some)


def reload_after_five(visitor: Visitor, files: list[Path]) -> None:
    """Choose all, and reload the page when five of them are scored and the others are on their way."""
    some_uploaded(visitor, 5)
    visitor.visit()
    choose(visitor, files)
    expect(visitor.page.locator(".cell[data-stage=scored]")).to_have_count(5, timeout=30_000)
    visitor.page.unroute(UPLOADS)
    visitor.page.reload()


def test_three_hundred_photos(visitor: Visitor) -> None:
    visitor.visit()
    visitor.choose(*(Chosen(f"{number:03}.jpg", photo) for number, photo in enumerate(shoot(300))))
    expect(visitor.page.locator("#throughput")).to_contain_text("photos a second", timeout=30_000)
    visitor.all_scored(300)
    assert len(in_album(visitor)) == 300
    visitor.page.locator("#grid").focus()
    visitor.page.keyboard.press("End")
    last = visitor.page.locator(".cell.active")
    expect(last).to_have_attribute("aria-posinset", "300")
    expect(last).to_be_in_viewport()
    assert visitor.page.locator(".cell").count() < 120  # those in view and a few more, not three hundred
    assert visitor.console_errors == []


def test_a_folder_is_an_album_of_its_name_and_what_is_no_photo_stays_out(visitor: Visitor, tmp_path: Path) -> None:
    folder = tmp_path / "Wedding"
    written(folder / "morning", shoot(3))
    (folder / "notes.txt").write_text("two lenses")
    (folder / "morning" / "0001.xmp").write_text("<x/>")
    visitor.visit().page.set_input_files("#folder", folder)
    visitor.all_scored(3)
    expect(visitor.page.locator("#notices")).to_contain_text("Skipped 2 files that are no photos.")
    assert visitor.page.request.get(f"{visitor.url}/v1/albums/{visitor.album()}").json()["album"]["name"] == "Wedding"


def test_a_mixed_folder_is_dropped(visitor: Visitor, tmp_path: Path) -> None:
    """Good, broken, RAW, and what is no photo, in folders within folders, dropped as a file manager does it."""
    folder = tmp_path / "Card"
    paths = written(folder / "DCIM" / "100", shoot(120, (96, 64)))  # more than a browser lists at once
    paths[0].write_bytes(paths[0].read_bytes()[:2000])
    shutil.copy(DATA / "formats" / "dng.dng", folder / "DCIM")
    (folder / "DCIM" / "100" / "0002.xmp").write_text("<x/>")
    visitor.visit()
    session = visitor.page.context.new_cdp_session(visitor.page)
    for step in ("dragEnter", "dragOver", "drop"):
        data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
        session.send("Input.dispatchDragEvent", {"type": step, "x": 600, "y": 400, "data": data})
    expect(visitor.page.locator("#summary")).to_have_text("120 of 121 scored, 1 failed", timeout=90_000)
    assert "cut short" in visitor.failure("DCIM/100/0001.jpg")
    assert visitor.photo_on_server("dng.dng")["state"] == "done"
    expect(visitor.page.locator("#notices")).to_contain_text("Skipped one file that is no photo.")


def test_every_format_gets_its_score_or_a_reason(visitor: Visitor) -> None:
    formats = sorted((DATA / "formats").iterdir())
    visitor.visit()
    choose(visitor, formats)
    counted = re.compile(rf"^({len(formats)} photos scored|\d+ of {len(formats)} scored, \d+ failed)$")
    expect(visitor.page.locator("#summary")).to_have_text(counted, timeout=60_000)
    expect(visitor.page.locator("#failures-list li")).to_have_count(0)


def test_photos_of_the_album_are_not_uploaded_again(visitor: Visitor, files: list[Path]) -> None:
    visitor.visit()
    choose(visitor, files[:5])
    visitor.all_scored(5)
    choose(visitor, files[:7])
    visitor.all_scored(7)
    expect(visitor.page.locator("#notices")).to_contain_text("Skipped 5 photos that the album already has.")
    assert len(visitor.uploads()) == 7


def test_a_reload_in_the_middle_loses_nothing(visitor: Visitor, files: list[Path]) -> None:
    reload_after_five(visitor, files)
    visitor.all_scored(30)
    assert in_album(visitor) == [file.name for file in files]


def test_photos_above_the_limit_of_the_queue_are_requested_after_a_reload(visitor: Visitor, files: list[Path]) -> None:
    text = (FRONTEND / "upload" / "upload-queue.js").read_text("utf-8")
    without_space = re.sub(r"MAX_BYTES = [\d_]+", "MAX_BYTES = 0", text)
    assert without_space != text
    visitor.page.route(
        "**/upload-queue.js", lambda route: route.fulfill(body=without_space, content_type="text/javascript")
    )
    reload_after_five(visitor, files)
    expect(visitor.page.locator("#notices")).to_contain_text("25 photos were not uploaded")
    choose(visitor, files)
    visitor.all_scored(30)
    expect(visitor.page.locator("#notices")).not_to_contain_text("were not uploaded")
    assert in_album(visitor) == [file.name for file in files]


def test_uploads_can_be_paused_and_resumed(visitor: Visitor, files: list[Path]) -> None:
    visitor.visit()
    visitor.page.context.new_cdp_session(visitor.page).send("Network.emulateNetworkConditions", SLOWLY)
    choose(visitor, files)
    visitor.page.get_by_role("button", name="Pause uploads").click()
    expect(visitor.page.locator("#throughput")).to_contain_text("Uploads are paused")
    expect(visitor.page.locator(".cell[data-stage=uploading]")).to_have_count(0, timeout=20_000)
    expect(visitor.page.locator(".cell[data-stage=waiting]")).to_have_count(0, timeout=20_000)
    before = len(visitor.uploads())
    assert before < 30
    visitor.page.get_by_role("button", name="Resume uploads").click()
    visitor.all_scored(30)
    assert len(visitor.uploads()) == 30


def test_uploads_wait_for_an_overloaded_server(page: Page, tmp_path: Path, files: list[Path]) -> None:
    small = LocalStack(tmp_path / "small", MAX_BACKLOG="4", RETRY_AFTER_SECONDS="1")
    small.start()
    try:
        visitor = Visitor(page, small.url).visit()
        choose(visitor, files)
        visitor.all_scored(30)
        assert in_album(visitor) == [file.name for file in files]
        assert visitor.console_errors == []
    finally:
        small.stop()


def test_a_restart_of_the_server_is_survived(page: Page, tmp_path: Path, files: list[Path]) -> None:
    """It goes away while photos are on their way, and comes back."""
    restarted = LocalStack(tmp_path / "restarted")
    restarted.start()
    try:
        visitor = Visitor(page, restarted.url).visit()
        page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOWLY)
        choose(visitor, files)
        expect(page.locator(".cell[data-stage=scored]").first).to_be_visible(timeout=30_000)
        restarted.stop()
        expect(page.locator("#notices")).to_contain_text("reconnects automatically", timeout=20_000)
        restarted.start()
        expect(page.locator("#progress")).to_be_hidden(timeout=90_000)
        again = page.get_by_role("button", name="Try all again")
        if again.is_visible():  # it was away for longer than the page tries by itself
            again.click()
        visitor.all_scored(30)
        expect(page.locator("#notices")).not_to_contain_text("reconnects automatically")
        assert in_album(visitor) == [file.name for file in files]
    finally:
        restarted.stop()
