"""Culling on the page: stacks, decisions by keyboard, the selection, comparison, exports."""

import csv
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import Browser, Page, Request, expect
from tests.browser.conftest import DESKTOP
from tests.browser.visitor import Chosen, Visitor
from tests.support.local_stack import LocalStack
from tests.support.photos import DATA, cat, saved

ROCKET = Image.open(DATA / "rocket.jpg").convert("RGB")


def shoot() -> list[Chosen]:
    """Three frames of one cat, of which two are blurred, and two rockets that differ."""
    frames = {
        "cat 1.jpg": cat(),
        "cat 2.jpg": cat().filter(ImageFilter.GaussianBlur(2)),
        "cat 3.jpg": cat().filter(ImageFilter.GaussianBlur(3)),
        "rocket.jpg": ROCKET,
        "sideways.jpg": ROCKET.rotate(90, expand=True),
    }
    return [Chosen(name, saved(picture, "JPEG", quality=92)) for name, picture in frames.items()]


@pytest.fixture(scope="module")
def album(chromium: Browser, stack: LocalStack) -> Iterator[str]:
    """A scored album; each test opens it in its own browser."""
    page = chromium.new_page(viewport=DESKTOP)
    visitor = Visitor(page, stack.url).visit()
    visitor.choose(*shoot())
    visitor.all_scored(5)
    yield page.url
    page.close()


@pytest.fixture
def culling(page: Page, album: str, stack: LocalStack) -> Visitor:
    """A visitor of the album without decisions, with the focus in the grid."""
    withdraw_all(stack, album.rpartition("/")[2])
    visitor = Visitor(page, stack.url)
    page.goto(album)
    visitor.all_scored(5)
    expect(page.locator(".cell:visible")).to_have_count(3)
    page.locator("#grid").focus()
    return visitor


def press(visitor: Visitor, *keys: str) -> None:
    for key in keys:
        visitor.page.keyboard.press(key)


def active(visitor: Visitor) -> str:
    return visitor.page.locator(".cell.active").get_attribute("data-name") or ""


def decided(visitor: Visitor, stack: LocalStack) -> dict[str, tuple[str | None, int | None]]:
    with stack.client() as http:
        photos = http.get(f"/v1/albums/{visitor.album()}").json()["photos"]
    decisions = {photo["file_name"]: photo.get("decision", {}) for photo in photos}
    return {name: (choice.get("flag"), choice.get("stars")) for name, choice in decisions.items() if choice}


def withdraw_all(stack: LocalStack, album: str) -> None:
    with stack.client() as http:
        for photo in http.get(f"/v1/albums/{album}").json()["photos"]:
            path = f"/v1/albums/{album}/photos/{photo['id']}/decision"
            while "current" in http.get(path).json():
                http.post(f"{path}/undo")


def saved_all(visitor: Visitor) -> None:
    """Wait until the server has every decision."""
    storage_key = f"photo-critic-unsaved-{visitor.album()}"
    expect(visitor.page.locator("body")).to_be_visible()
    visitor.page.wait_for_function(f"() => localStorage.getItem({storage_key!r}) === '[]'")


def test_near_duplicates_lie_on_a_stack_with_the_best_on_top(culling: Visitor) -> None:
    cats = culling.card("cat 1.jpg")
    expect(cats.locator(".cell-stack")).to_have_text("3")
    expect(cats).to_have_accessible_name(re.compile("best of 3 alike"))
    culling.card("cat 1.jpg").click()
    press(culling, "s")
    expect(culling.page.locator(".cell:visible")).to_have_count(5)
    names = culling.names()
    at = names.index("cat 1.jpg")
    assert set(names[at : at + 3]) == {"cat 1.jpg", "cat 2.jpg", "cat 3.jpg"}
    press(culling, "s")
    expect(culling.page.locator(".cell:visible")).to_have_count(3)


def test_decisions_are_made_by_key_saved_at_once_and_survive_a_reload(culling: Visitor, stack: LocalStack) -> None:
    press(culling, "Home")
    first = active(culling)
    press(culling, "4", "p")
    second = active(culling)
    press(culling, "x")
    saved_all(culling)
    assert decided(culling, stack) == {first: ("pick", 4), second: ("reject", None)}
    culling.page.reload()
    expect(culling.card(first)).to_have_attribute("data-flag", "pick")
    expect(culling.card(first).locator(".cell-stars")).to_have_text("★★★★")
    expect(culling.card(second)).to_have_attribute("data-flag", "reject")


def test_undo_takes_back_decisions_one_by_one_and_goes_there(culling: Visitor, stack: LocalStack) -> None:
    press(culling, "Home")
    name = active(culling)
    press(culling, "2", "x")
    assert active(culling) != name
    press(culling, "Backspace")
    expect(culling.card(name)).to_have_class(re.compile("active"))
    expect(culling.card(name)).to_have_attribute("data-flag", "")
    expect(culling.card(name).locator(".cell-stars")).to_have_text("★★")
    saved_all(culling)
    culling.page.reload()
    culling.all_scored(5)
    expect(culling.card(name).locator(".cell-stars")).to_have_text("★★")
    culling.page.locator("#grid").focus()
    press(culling, "u")  # the decision before the reload, and not the one undone again
    saved_all(culling)
    assert decided(culling, stack) == {}


def test_a_flag_goes_on_except_with_shift(culling: Visitor) -> None:
    press(culling, "Home")
    first = active(culling)
    press(culling, "Shift+P")
    assert active(culling) == first
    expect(culling.card(first)).to_have_attribute("data-flag", "pick")
    press(culling, "u", "p")
    assert active(culling) != first
    press(culling, "u")


def test_nothing_is_skipped_under_a_filter(culling: Visitor, stack: LocalStack) -> None:
    show = culling.page.get_by_role("combobox", name="Show")
    show.select_option("undecided")
    culling.page.locator("#grid").focus()
    press(culling, "Home")
    names = culling.names()
    for name in names:
        expect(culling.card(name)).to_have_class(re.compile("active"))
        press(culling, "x")
        expect(culling.card(name)).to_have_count(0)
    expect(culling.page.locator("#empty")).to_be_visible()
    press(culling, *["u"] * len(names))
    expect(culling.page.locator(".cell:visible")).to_have_count(len(names))
    show.select_option("all")
    saved_all(culling)
    assert decided(culling, stack) == {}


def test_x_rejects_a_stack_and_alt_x_a_photo(culling: Visitor, stack: LocalStack) -> None:
    culling.card("cat 1.jpg").click()
    press(culling, "x")
    saved_all(culling)
    cats = {f"cat {number}.jpg": ("reject", None) for number in (1, 2, 3)}
    assert decided(culling, stack) == cats
    press(culling, "u", "Alt+x")
    saved_all(culling)
    assert decided(culling, stack) == {"cat 1.jpg": ("reject", None)}
    expect(culling.card("cat 2.jpg")).to_be_visible()  # on top now
    press(culling, "u")
    saved_all(culling)
    assert decided(culling, stack) == {}


def test_x_rejects_what_a_folded_stack_shows_and_no_pick_beside_it(culling: Visitor, stack: LocalStack) -> None:
    culling.card("cat 1.jpg").click()
    press(culling, "Shift+P", "Space")
    culling.page.locator(".near-photo").first.click()
    rejected = culling.page.locator("#viewer-name").text_content() or ""
    assert rejected in {"cat 2.jpg", "cat 3.jpg"}
    press(culling, "Shift+X", "Escape")
    saved_all(culling)
    assert decided(culling, stack) == {"cat 1.jpg": ("pick", None), rejected: ("reject", None)}
    press(culling, "u", "u")
    saved_all(culling)
    assert decided(culling, stack) == {}


def test_a_pick_settles_its_moment(culling: Visitor) -> None:
    culling.card("cat 1.jpg").click()
    press(culling, "s")
    culling.card("cat 3.jpg").click()
    press(culling, "p")
    expect(culling.page.locator(".cell:visible")).to_have_count(3)
    picked = culling.card("cat 3.jpg")
    expect(picked).to_have_attribute("data-flag", "pick")
    expect(picked.locator(".cell-stack")).to_have_text("3")
    expect(culling.page.locator("#tally")).to_have_text(re.compile(r"^1 of 3 · 1 kept · \d to go$"))
    picked.click()
    press(culling, "s")
    culling.card("cat 1.jpg").click()
    expect(culling.page.locator("#details")).to_contain_text("You chose cat 3.jpg instead.")
    press(culling, "s", "u")
    expect(culling.card("cat 1.jpg").locator(".cell-stack")).to_have_text("3")


def test_a_typed_number_is_saved_whole(culling: Visitor) -> None:
    requests: list[Request] = []

    def record(request: Request) -> None:
        requests.append(request)

    culling.page.on("request", record)
    press(culling, "/")
    culling.page.keyboard.type("12", delay=500)
    with culling.page.expect_response(lambda response: response.request.method == "PATCH"):
        press(culling, "Enter")
    keeps = [request.post_data_json for request in requests if request.method == "PATCH"]
    assert keeps == [{"keep": 3}]  # of three pictures


def test_enter_accepts_the_proposal_for_all_that_is_open(culling: Visitor, stack: LocalStack) -> None:
    press(culling, "/")
    expect(culling.page.locator("#keep-number")).to_be_focused()
    culling.page.keyboard.type("1")
    press(culling, "Enter")
    expect(culling.page.locator("#grid")).to_be_focused()
    expect(culling.page.locator("#tally")).to_have_text("0 of 3 · 0 kept · 1 to go")
    expect(culling.page.locator(".cell[data-verdict=keep]:visible")).to_have_count(1)
    press(culling, "Enter")
    dialog = culling.page.get_by_role("dialog")
    expect(dialog).to_contain_text("picks one photo and rejects 2 pictures")
    expect(dialog).to_contain_text(re.compile(r"People would keep about \d of the dropped pictures"))
    press(culling, "Enter")
    expect(culling.page.locator("#tally")).to_have_text("3 of 3 · 1 kept · 0 to go")
    saved_all(culling)
    flags = [flag for flag, _ in decided(culling, stack).values()]
    assert flags.count("pick") == 1
    press(culling, "u")
    saved_all(culling)
    assert decided(culling, stack) == {}


def test_nothing_is_accepted_before_the_first_selection(culling: Visitor) -> None:
    page = culling.page
    page.route(re.compile(r"/selection\?"), lambda _: None)  # no answer
    page.reload()
    culling.all_scored(5)
    page.locator("#grid").focus()
    press(culling, "Enter")
    expect(page.locator("#accept")).to_be_hidden()
    expect(page.locator("#accept-open")).to_be_disabled()


def test_a_held_key_decides_once(culling: Visitor, stack: LocalStack) -> None:
    press(culling, "Home")
    name = active(culling)
    for _ in range(3):
        culling.page.keyboard.down("p")
    culling.page.keyboard.up("p")
    saved_all(culling)
    assert decided(culling, stack) == {name: ("pick", None)}
    for _ in range(3):
        culling.page.keyboard.down("Enter")
    culling.page.keyboard.up("Enter")
    expect(culling.page.get_by_role("dialog")).to_be_visible()
    press(culling, "Escape", "u")
    saved_all(culling)
    assert decided(culling, stack) == {}


def test_a_sample_of_the_rejects(culling: Visitor) -> None:
    press(culling, "/")
    culling.page.keyboard.type("1")
    press(culling, "Enter", "Enter")
    culling.page.get_by_role("button", name="A sample of the rejects").click()
    expect(culling.page.locator(".cell:visible")).to_have_count(2)
    expect(culling.page.locator("#shown")).to_have_text("2 photos shown")
    culling.page.get_by_role("combobox", name="Show").select_option("all")


def test_marked_photos_are_decided_about_together(culling: Visitor, stack: LocalStack) -> None:
    press(culling, "Home", "m", "ArrowRight", "m", "5")
    saved_all(culling)
    assert [stars for _, stars in decided(culling, stack).values()].count(5) == 2
    press(culling, "u")
    saved_all(culling)
    assert decided(culling, stack) == {}


def test_the_slider_shows_the_keepers(culling: Visitor) -> None:
    slider = culling.page.get_by_label("Keep the best")
    with culling.page.expect_response(lambda response: response.request.method == "PATCH"):
        slider.fill("2")
    expect(culling.page.locator("#keep-number")).to_have_value("2")
    keepers = culling.page.locator(".cell:visible").filter(has=culling.page.locator(".cell-mark:visible"))
    expect(keepers).not_to_have_count(0)
    show = culling.page.get_by_role("combobox", name="Show")
    show.select_option("not to keep")
    expect(culling.page.locator(".cell[data-verdict=keep]:visible")).to_have_count(0)
    show.select_option("all")
    culling.page.evaluate("localStorage.clear()")  # the number lives on the server
    culling.page.reload()
    expect(culling.page.locator("#keep-number")).to_have_value("2")


def test_the_viewer_shows_the_critique_and_near_duplicates(culling: Visitor) -> None:
    culling.card("cat 1.jpg").dblclick()
    viewer = culling.page.locator("#viewer")
    expect(viewer.get_by_role("heading", name="cat 1.jpg").first).to_be_visible()
    expect(viewer.locator("meter")).to_be_visible()
    expect(viewer.locator("#viewer-image")).to_have_js_property("naturalWidth", 451)
    expect(viewer.locator("#viewer-image")).to_have_attribute("alt", re.compile(r"cat 1\.jpg, score \d+ of 100"))
    expect(viewer.locator(".near-photo")).to_have_count(2)
    press(culling, "ArrowRight")
    expect(viewer.locator("#viewer-name")).not_to_have_text("cat 1.jpg")
    press(culling, "Escape")
    expect(viewer).to_be_hidden()
    expect(culling.page.locator("#grid")).to_be_focused()


def test_the_viewer_keeps_the_grids_thumbnails(culling: Visitor) -> None:
    culling.card("rocket.jpg").dblclick()
    expect(culling.page.locator("#viewer-image")).to_have_js_property("naturalWidth", 640)
    press(culling, "Escape")
    address = culling.card("rocket.jpg").locator("img").get_attribute("src")
    width = culling.page.evaluate(
        "async (src) => { const img = new Image(); img.src = src; await img.decode(); return img.naturalWidth; }",
        address,
    )
    assert width > 0


def test_pictures_are_compared_at_the_same_zoom_and_place(culling: Visitor) -> None:
    culling.card("cat 1.jpg").click()
    press(culling, "c")
    panes = culling.page.locator(".pane")
    expect(panes).to_have_count(3)
    for number in range(3):
        expect(panes.nth(number).locator("img")).to_have_js_property("complete", True)
    press(culling, "z", "Shift+ArrowRight", "+")
    places = panes.locator("img").evaluate_all("all => all.map(image => image.style.transform)")
    assert len(set(places)) == 1
    assert "scale(1)" not in places[0]
    expect(panes.first).to_be_focused()
    press(culling, "ArrowRight", "x")
    expect(panes.nth(1).get_by_role("button", name="Reject")).to_have_attribute("aria-pressed", "true")
    press(culling, "u", "Escape")
    expect(culling.page.locator("#compare")).to_be_hidden()


def test_the_winner_of_a_comparison_is_a_key(culling: Visitor, stack: LocalStack) -> None:
    culling.card("cat 1.jpg").click()
    press(culling, "Space", "c", "ArrowRight")
    expect(culling.page.locator(".pane").nth(1)).to_be_focused()
    press(culling, "p")
    expect(culling.page.locator("#compare")).to_be_hidden()
    expect(culling.page.locator("#viewer")).to_be_visible()
    expect(culling.page.locator("#viewer-name")).not_to_have_text(re.compile("cat"))
    press(culling, "Escape", "u")
    saved_all(culling)
    assert decided(culling, stack) == {}


def test_a_comparison_of_nothing_says_why(culling: Visitor) -> None:
    culling.card("rocket.jpg").dblclick()
    press(culling, "c")
    expect(culling.page.locator("#viewer-note")).to_contain_text("Nothing to compare")
    expect(culling.page.locator("#viewer")).to_be_visible()
    press(culling, "Escape")


def test_marked_photos_are_compared(culling: Visitor) -> None:
    press(culling, "Home", "m", "ArrowRight", "m", "c")
    expect(culling.page.locator(".pane")).to_have_count(2)


def test_the_photo_after_the_winner_of_marked_ones_is_next(culling: Visitor, stack: LocalStack) -> None:
    press(culling, "Home", "m", "ArrowRight", "m")
    second = active(culling)
    press(culling, "End", "c")
    expect(culling.page.locator(".pane").first).to_be_focused()
    press(culling, "p")
    expect(culling.page.locator("#compare")).to_be_hidden()
    assert active(culling) == second
    press(culling, "u")
    saved_all(culling)
    assert decided(culling, stack) == {}


def test_keys_work_at_once(page: Page, album: str, stack: LocalStack) -> None:
    """After a drop or a reload nobody has clicked anything yet."""
    page.goto(album)
    Visitor(page, stack.url).all_scored(5)
    page.keyboard.press("Space")
    expect(page.locator("#viewer")).to_be_visible()


def test_the_help_lists_the_keys(culling: Visitor) -> None:
    press(culling, "?")
    expect(culling.page.get_by_role("dialog")).to_contain_text("spread a stack out")
    press(culling, "Escape")


FILES = [("CSV table", ".csv"), ("XMP sidecars", "-sidecars.zip"), ("ZIP of the keepers", "-keepers.zip")]


@pytest.mark.parametrize(("button", "ending"), FILES)
def test_decisions_are_exported(culling: Visitor, tmp_path: Path, button: str, ending: str) -> None:
    culling.page.get_by_role("button", name="Export").click()
    with culling.page.expect_download() as downloading:
        culling.page.get_by_role("button", name=button).click()
    assert downloading.value.suggested_filename.endswith(ending)
    downloading.value.save_as(tmp_path / "export")
    data = (tmp_path / "export").read_bytes()
    if ending == ".csv":
        assert len(list(csv.DictReader(StringIO(data.decode("utf-8-sig"))))) == 5
    else:
        assert zipfile.ZipFile(BytesIO(data)).testzip() is None
    expect(culling.page.locator("#export-status")).to_contain_text("Done")


def test_moments_are_corrected_by_hand_and_back(culling: Visitor) -> None:
    cells = culling.page.locator(".cell:visible")
    culling.card("rocket.jpg").click()
    press(culling, "m")
    culling.card("sideways.jpg").click()
    press(culling, "m", "g")
    expect(cells).to_have_count(2)
    culling.page.get_by_role("button", name="Undo").click()
    expect(cells).to_have_count(3)
    culling.card("cat 1.jpg").click()
    press(culling, "Shift+G")
    expect(cells).to_have_count(4)
    expect(culling.card("cat 1.jpg").locator(".cell-stack")).to_be_hidden()
    culling.page.get_by_role("button", name="Undo").click()
    expect(cells).to_have_count(3)


def test_an_export_says_what_it_holds_and_lists_the_keepers(culling: Visitor) -> None:
    culling.card("rocket.jpg").click()
    press(culling, "Shift+P")
    culling.page.get_by_role("button", name="Export").click()
    dialog = culling.page.get_by_role("dialog")
    expect(dialog).to_contain_text("the uploaded files, as they are")
    names = dialog.get_by_role("textbox", name="File names of the keepers").input_value().splitlines()
    assert "rocket.jpg" in names
    expect(dialog).to_contain_text("one photo" if len(names) == 1 else f"{len(names)} photos")
    dialog.get_by_role("button", name="Copy the names").click()
    expect(culling.page.locator("#export-status")).to_have_text("The names are copied.")
    press(culling, "Escape", "u")
    saved_all(culling)


def test_the_first_page_lists_the_albums_of_this_browser(culling: Visitor, stack: LocalStack) -> None:
    culling.page.goto(stack.url)
    link = culling.page.locator("#albums-list a")
    expect(link).to_have_count(1)
    expect(link).to_contain_text("5 photos")
    expect(link.locator("img")).to_have_js_property("complete", True)
    link.click()
    culling.all_scored(5)


def test_from_files_to_the_export_without_a_mouse(visitor: Visitor, tmp_path: Path) -> None:
    """Everything by keyboard, from the first key to the file on the disk."""
    page = visitor.visit("near").page
    with page.expect_file_chooser() as opened:
        press(visitor, "Tab")
        expect(page.locator("#files")).to_be_focused()
        press(visitor, "Enter")
    opened.value.set_files([photo.payload() for photo in shoot()])
    visitor.all_scored(5)
    expect(page.locator(".cell:visible")).to_have_count(3)
    tab_to(visitor, "#grid")
    press(visitor, "Home", "3", "p", "x")
    saved_all(visitor)
    tab_to(visitor, "#export-open", back=True)
    press(visitor, "Enter")
    tab_to(visitor, "[data-format=csv]")
    with page.expect_download() as downloading:
        press(visitor, "Enter")
    downloading.value.save_as(tmp_path / "decisions.csv")
    rows = list(csv.DictReader(StringIO((tmp_path / "decisions.csv").read_text("utf-8-sig"))))
    assert len(rows) == 5
    assert visitor.console_errors == []


def tab_to(visitor: Visitor, selector: str, *, back: bool = False) -> None:
    """Go there with the tab key."""
    target = visitor.page.locator(selector)
    for _ in range(40):
        if target.evaluate("element => element === document.activeElement"):
            return
        press(visitor, "Shift+Tab" if back else "Tab")
    raise AssertionError(f"{selector} cannot be reached with the tab key")


def test_a_finger_opens_a_photo_and_decides_on_it(chromium: Browser, album: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(album)
    page.locator(".cell[data-name='rocket.jpg']").tap()
    expect(page.locator("#viewer-name")).to_have_text("rocket.jpg")
    pick = page.locator("#viewer").get_by_role("button", name="Pick")
    pick.tap()
    expect(pick).to_have_attribute("aria-pressed", "true")
    page.locator("#viewer-close").tap()
    expect(page.locator(".cell[data-name='rocket.jpg']")).to_have_attribute("data-flag", "pick")
    context.close()


SWIPE = """([x, y]) => {
  const frame = document.querySelector("#viewer-frame");
  const finger = (type, clientX, clientY) =>
    frame.dispatchEvent(new PointerEvent(type, { pointerId: 7, pointerType: "touch", button: 0, clientX, clientY }));
  finger("pointerdown", 200, 200);
  finger("pointerup", 200 + x, 200 + y);
}"""


def test_a_finger_goes_and_decides_by_swipes(culling: Visitor, stack: LocalStack) -> None:
    page = culling.page
    culling.card("rocket.jpg").dblclick()
    name = page.locator("#viewer-name")
    page.evaluate(SWIPE, [-90, 10])
    expect(name).not_to_have_text("rocket.jpg")
    page.evaluate(SWIPE, [90, 10])
    expect(name).to_have_text("rocket.jpg")
    page.evaluate(SWIPE, [5, 90])
    saved_all(culling)
    assert decided(culling, stack) == {"rocket.jpg": ("reject", None)}
    page.keyboard.press("Backspace")
    expect(name).to_have_text("rocket.jpg")
    page.evaluate(SWIPE, [5, -90])
    saved_all(culling)
    assert decided(culling, stack) == {"rocket.jpg": ("pick", None)}
