"""What the viewer shows over and beside a photo: the map of its score, lost tones, focus, camera, faces, rank."""

import base64
import io
import json
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter
from PIL.TiffImagePlugin import IFDRational
from playwright.sync_api import Locator, Page, Route, expect
from tests.browser.visitor import SCORE_MS, Chosen, Visitor
from tests.support.photos import DATA, cat, difference, saved

from critic_core.contracts.insight import Suggestions
from critic_core.imaging.suggestions.exposure import expose
from critic_core.imaging.suggestions.suggest import apply_suggestion

ROCKET = Chosen.at(DATA / "rocket.jpg")
WIDTH, HEIGHT = 1600, 1200
OPAQUE = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const half = { left: 0, right: 0 };
    for (let at = 0; at < data.length; at += 4) {
        half[(at / 4) % canvas.width < canvas.width / 2 ? "left" : "right"] += data[at + 3] / 255;
    }
    return [half.left / (data.length / 8), half.right / (data.length / 8)];
}"""


def half_sharp() -> Chosen:
    """Sharp noise on the left, pure white on the right; with the settings of a camera."""
    pixels = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    pixels[:, : WIDTH // 2] = np.random.default_rng(3).integers(60, 200, (HEIGHT, WIDTH // 2, 1))
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Canon", "Canon EOS R6"
    exif.get_ifd(0x8769).update({0x829A: IFDRational(1, 250), 0x829D: 2.8, 0x8827: 400, 0x920A: 85})
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=90, exif=exif)
    return Chosen("half.jpg", out.getvalue())


def opened(visitor: Visitor, photo: Chosen) -> Page:
    """The viewer with a photo, at full size."""
    visitor.visit().choose(photo)
    visitor.scored(photo.name)
    visitor.card(photo.name).dblclick()
    width = Image.open(io.BytesIO(photo.data)).width
    expect(visitor.page.locator("#viewer-image")).to_have_js_property("naturalWidth", width)
    return visitor.page


def layer(page: Page) -> Locator:
    return page.locator("#viewer .layer canvas")


def test_h_lays_the_map_of_the_score_over_the_photo(visitor: Visitor) -> None:
    page = opened(visitor, ROCKET)
    score_map = page.locator("#viewer .score-map")
    expect(score_map).to_be_hidden()
    page.keyboard.press("h")
    expect(score_map).to_have_js_property("naturalWidth", 160, timeout=SCORE_MS)
    expect(page.locator("#viewer .legend")).to_contain_text("Orange raises the score")
    page.keyboard.press("+")
    zoomed = page.locator("#viewer-image").evaluate("image => image.style.transform")
    expect(score_map).to_have_css(
        "transform", page.locator("#viewer-image").evaluate("image => getComputedStyle(image).transform")
    )
    assert "scale(1.5)" in zoomed
    page.keyboard.press("h")
    expect(score_map).to_be_hidden()
    expect(page.locator("#viewer .legend")).to_be_hidden()
    assert not visitor.console_errors


def test_layers_show_lost_highlights_and_the_focus_of_the_local_file(visitor: Visitor) -> None:
    page = opened(visitor, half_sharp())
    page.keyboard.press("j")
    expect(page.locator("#viewer .legend")).to_contain_text("Red: a colour is lost")
    left, right = layer(page).evaluate(OPAQUE)
    assert left < 0.02
    assert right > 0.98
    page.keyboard.press("f")
    expect(page.locator("#viewer .legend")).to_contain_text("finest detail of your file")
    left, right = layer(page).evaluate(OPAQUE)
    assert left > 0.4
    assert right < 0.1
    page.get_by_role("button", name="Focus").click()
    expect(layer(page)).to_have_count(0)


def test_the_focus_of_a_small_photo_is_the_measured_one(visitor: Visitor) -> None:
    page = opened(visitor, ROCKET)
    page.keyboard.press("f")
    expect(page.locator("#viewer .legend")).to_contain_text("finest detail of the uploaded copy")
    expect(layer(page)).to_have_count(1)


def test_i_shows_camera_histogram_and_real_size_and_exports_name_copies(visitor: Visitor) -> None:
    page = opened(visitor, half_sharp())
    page.keyboard.press("i")
    panel = page.get_by_role("region", name="Camera and tones")
    for fact in ("Canon EOS R6", "1/250 s · f/2.8 · ISO 400 · 85 mm", "1600 × 1200 px, 1.9 MP"):
        expect(panel).to_contain_text(fact)
    expect(panel.locator("polygon")).to_have_count(2)
    page.keyboard.press("i")
    expect(panel).to_be_hidden()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("dialog")).to_contain_text("one copy of 1024 pixels, not your original")


def test_z_shows_the_spot_at_the_pointer_at_100_percent(visitor: Visitor) -> None:
    page = opened(visitor, half_sharp())
    frame = page.locator("#viewer-frame").bounding_box()
    assert frame is not None
    page.mouse.move(frame["x"] + 0.3 * frame["width"], frame["y"] + 0.4 * frame["height"])
    page.keyboard.press("z")
    expect(page.locator("#viewer-zoom")).to_have_text("100 %")
    box = page.locator("#viewer-image").bounding_box()
    assert box is not None
    # The element fills the frame, so the same share of it must still lie under the pointer.
    assert abs(box["x"] + 0.3 * box["width"] - (frame["x"] + 0.3 * frame["width"])) < 1
    assert abs(box["y"] + 0.4 * box["height"] - (frame["y"] + 0.4 * frame["height"])) < 1
    page.keyboard.press("z")
    expect(page.locator("#viewer-zoom")).not_to_have_text("100 %")


def test_faces_are_shown_with_their_eyes_and_a_click_goes_there(visitor: Visitor) -> None:
    faces = [_face(0.2, "open"), _face(0.7, "closed")]

    def with_faces(route: Route) -> None:
        photo: dict[str, Any] = route.fetch().json()
        photo["critique"] |= {"faces": faces, "horizon": {"degrees": 2.5, "confidence": 0.6}}
        route.fulfill(body=json.dumps(photo), content_type="application/json")

    visitor.page.route(re.compile(r"/v1/photos/[0-9a-f-]{36}$"), with_faces)
    page = opened(visitor, half_sharp())
    strip = page.get_by_role("region", name="Faces at 100 %")
    expect(strip.get_by_role("button")).to_have_count(2)
    strip.get_by_role("button", name="Face 2 at 100 %: ◡ closed").click()
    expect(page.locator("#viewer-zoom")).to_have_text("100 %")
    page.keyboard.press("i")
    expect(page.locator(".horizon")).to_contain_text("2.5° clockwise")


SUGGESTIONS: list[dict[str, Any]] = [
    {"kind": "straighten", "number": 1, "sentence": "Level by 5.0° clockwise.", "degrees": 5.0, "share": 0.8874},
    {
        "kind": "crop",
        "number": 2,
        "sentence": "A crop.",
        "aspect": "original",
        "left": 0.5,
        "top": 0.25,
        "width": 0.5,
        "height": 0.5,
    },
]
GAIN = {"percent": 41.2, "gain": 6.34, "gain_low": 2.1, "gain_high": 10.4}
PICTURE = "canvas => canvas.toDataURL('image/png').split(',')[1]"


def test_v_shows_a_suggestion_as_the_server_does_and_saves_its_sidecar(visitor: Visitor) -> None:
    dark = Chosen("dark.jpg", saved(Image.fromarray(expose(np.asarray(Image.open(DATA / "rocket.jpg")), -2)), "JPEG"))
    page = opened(visitor, dark)
    page.keyboard.press("v")
    panel = page.get_by_role("list", name="Suggestions")
    row = panel.get_by_role("listitem").filter(has_text="stops brighter")
    expect(row).to_contain_text("% likely to please", timeout=SCORE_MS)
    row.get_by_role("button", name="Preview").click()
    answer = page.request.get(f"{visitor.url}/v1/photos/{visitor.photo_on_server('dark.jpg')['id']}/suggestions")
    (number,) = (found["number"] for found in answer.json()["suggestions"] if found["kind"] == "exposure")
    preview = page.request.get(f"{answer.url}/{number}/preview").body()
    assert difference(canvas_picture(page), Image.open(io.BytesIO(preview)).convert("RGB")) < 3
    with page.expect_download() as download:
        row.get_by_role("button", name="XMP sidecar").click()
    assert download.value.suggested_filename == "dark.xmp"
    assert b"Exposure2012" in download.value.path().read_bytes()
    page.keyboard.press("v")
    expect(panel).to_be_hidden()
    expect(layer(page)).to_have_count(0)
    assert not visitor.console_errors


def canvas_picture(page: Page) -> Image.Image:
    """What lies over the photo."""
    return Image.open(io.BytesIO(base64.b64decode(layer(page).evaluate(PICTURE)))).convert("RGB")


def test_frames_of_crop_and_level_lie_over_the_photo_and_previews_are_cut_and_turned_alike(visitor: Visitor) -> None:
    rows = [suggestion | GAIN for suggestion in SUGGESTIONS]
    rows[0] |= {"gain": 0.4, "gain_low": -1.5}
    visitor.page.route("**/suggestions", lambda route: route.fulfill(json={"suggestions": rows}))
    photo = Chosen("cat.jpg", saved(cat((640, 427)), "JPEG"))
    page = opened(visitor, photo)
    page.get_by_role("button", name="Suggestions").click()
    expect(page.get_by_role("list", name="Suggestions")).to_contain_text("6.3 points (95 %: 2.1 to 10.4)")
    expect(page.get_by_role("list", name="Suggestions")).to_contain_text("the score sees no clear difference")
    assert 0 < sum(layer(page).evaluate(OPAQUE)) < 0.2
    pixels = np.asarray(Image.open(io.BytesIO(photo.data)))
    suggestions = Suggestions.read(json.dumps({"suggestions": rows, "model": "aesthetics", "version": "1"})).suggestions
    for index, suggestion in enumerate(suggestions):
        page.get_by_role("button", name="Preview").nth(index).click()
        shown, expected = canvas_picture(page), Image.fromarray(apply_suggestion(pixels, suggestion))
        assert shown.size == pytest.approx(expected.size, abs=2)
        assert difference(*(picture.resize((96, 64), Image.Resampling.BOX) for picture in (shown, expected))) < 3
    expect(page.get_by_role("button", name="Preview", pressed=True)).to_have_count(1)
    pressed = page.get_by_role("button", name="Preview", pressed=True)
    expect(pressed).to_have_accessible_description("A crop.")
    pressed.click()
    assert sum(layer(page).evaluate(OPAQUE)) < 0.2
    page.keyboard.press("v")
    expect(layer(page)).to_have_count(0)
    page.keyboard.press("v")  # the button with the focus is gone, the keys work
    expect(layer(page)).to_have_count(1)


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [(200, {"suggestions": []}, "No suggestion"), (503, {"code": "queue_unavailable", "detail": "Off."}, "Off.")],
)
def test_without_suggestions_the_viewer_says_why(
    visitor: Visitor, status: int, body: dict[str, Any], sentence: str
) -> None:
    visitor.page.route("**/suggestions", lambda route: route.fulfill(status=status, json=body))
    page = opened(visitor, ROCKET)
    page.keyboard.press("v")
    expect(page.locator("#viewer .legend")).to_contain_text(sentence)
    expect(page.get_by_role("list", name="Suggestions")).to_be_hidden()


def _face(left: float, eyes: str) -> dict[str, Any]:
    box = {"left": left, "top": 0.3, "width": 0.1, "height": 0.2}
    return {**box, "confidence": 0.99, "detail": 5.0, "eyes": eyes, "eyes_confidence": 0.95}


def test_a_weaker_frame_shows_the_better_one_and_a_click_compares(visitor: Visitor) -> None:
    frames = {"sharp.jpg": cat(), "soft.jpg": cat().filter(ImageFilter.GaussianBlur(3))}
    visitor.visit().choose(ROCKET, *(Chosen(name, saved(photo, "JPEG")) for name, photo in frames.items()))
    visitor.all_scored(3)
    expect(visitor.open_details("sharp.jpg").locator(".rank")).to_contain_text("of 2")
    details = visitor.open_details("soft.jpg")
    expect(details.locator(".rank")).to_have_text("2nd of 2 of its moment")
    details.get_by_role("button", name="Better: sharp.jpg").click()
    expect(visitor.page.locator(".pane")).to_have_count(2)
    expect(visitor.page.locator("#compare")).to_contain_text("soft.jpg")
    assert visitor.console_errors == []


def test_every_verdict_has_a_badge_and_the_worst_come_first_on_demand(visitor: Visitor) -> None:
    visitor.visit().choose(ROCKET, Chosen("cat.jpg", saved(cat(), "JPEG")))
    visitor.all_scored(2)
    badges = visitor.page.locator(".cell:visible .cell-mark")
    expect(badges.filter(has_text="●").or_(badges.filter(has_text="◐")).or_(badges.filter(has_text="○"))).to_have_count(
        2
    )
    best_first = visitor.names()
    visitor.page.get_by_role("combobox", name="Sort").select_option("worst first")
    expect(visitor.card(best_first[0])).to_have_attribute("aria-posinset", "2")
    assert visitor.names() == best_first[::-1]
