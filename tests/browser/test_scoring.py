"""From a photo to its score."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.visitor import SCORE_MS, Chosen, Visitor
from tests.support.local_stack import LocalStack, photo_of
from tests.support.photos import DATA, cat, saved

from critic_core.contracts.critique import PropertyName

CAT = Chosen.at(DATA / "cat.png")
ROCKET = Chosen.at(DATA / "rocket.jpg")
BROKEN = Chosen("broken.jpg", ROCKET.data[: len(ROCKET.data) // 2])
NOT_A_PHOTO = Chosen("letter.jpg", b"Dear Sir or Madam")


@pytest.fixture
def scores(stack: LocalStack) -> dict[str, float]:
    """The scores of the small photos, requested without the page (which uploads them as originals)."""
    with stack.client() as http:
        photos = {
            photo.name: photo_of(http.post("/v1/photos", params={"wait": 30}, content=photo.data))
            for photo in (CAT, ROCKET)
        }
    return {name: photo.critique.score for name, photo in photos.items() if photo.critique}


def test_a_photo_gets_its_score_and_what_it_means(visitor: Visitor, scores: dict[str, float]) -> None:
    visitor.visit().choose(ROCKET)
    assert visitor.scored("rocket.jpg") == round(scores["rocket.jpg"])
    critique = visitor.photo_on_server("rocket.jpg")["critique"]
    details = visitor.open_details("rocket.jpg")
    expect(details).to_contain_text(f"({critique['reference']})")
    expect(details).to_contain_text("reference photos")
    expect(details).to_contain_text(f"Rather {critique['label']}")
    expect(details).to_contain_text(
        f"Model {critique['provenance']['model']}, version {critique['provenance']['version']}"
    )
    expect(details.locator("meter")).to_have_js_property("value", critique["score"])
    visitor.all_scored(1)
    assert visitor.console_errors == []


def test_reasons_are_sentences_and_what_is_off_the_usual_has_a_figure(visitor: Visitor) -> None:
    visitor.visit().choose(CAT)
    visitor.scored("cat.png")
    critique = visitor.photo_on_server("cat.png")["critique"]
    details = visitor.open_details("cat.png")
    expect(details.locator(".property")).to_have_count(len(PropertyName))
    levels = [measured["level"] for measured in critique["properties"].values()]
    unusual = [level for level in levels if level != "usual"]
    shown = details.locator("[data-part=unusual] .level").evaluate_all("all => all.map(bar => bar.dataset.level)")
    assert shown == unusual
    sharpness = critique["properties"]["sharpness"]
    expect(details.locator(".property").filter(has_text="Sharpness")).to_contain_text(sharpness["unit"])
    for reason in critique["reasons"]:
        side = ".favourable" if reason["favourable"] else ".against"
        expect(details.locator(side)).to_contain_text(reason["sentence"])


def test_details_show_model_and_device(visitor: Visitor) -> None:
    visitor.visit().choose(CAT)
    visitor.scored("cat.png")
    details = visitor.open_details("cat.png")
    details.get_by_text("Details").click()
    provenance = visitor.photo_on_server("cat.png")["critique"]["provenance"]
    for fact in (provenance["weights_sha256"][:12], provenance["device"], "451 × 300"):
        expect(details.locator("dl")).to_contain_text(fact)


def test_photos_sent_together_keep_their_own_scores(visitor: Visitor, scores: dict[str, float]) -> None:
    """The paper's application stored uploads in one shared temporary file: concurrent uploads were mixed up."""
    copies = [
        Chosen(f"{number} {photo.name}", photo.data + bytes([number])) for number in range(6) for photo in (CAT, ROCKET)
    ]
    assert round(scores["cat.png"]) != round(scores["rocket.jpg"])
    visitor.visit().drop(*copies)
    for copy in copies:
        assert visitor.scored(copy.name) == round(scores[copy.name[2:]])
    visitor.all_scored(12)


def test_the_same_bytes_are_one_photo(visitor: Visitor) -> None:
    visitor.visit().drop(CAT, Chosen("copy of cat.png", CAT.data))
    visitor.all_scored(1)
    expect(visitor.page.locator(".cell:visible")).to_have_count(1)


def test_broken_files_get_a_plain_sentence_and_their_neighbours_a_score(visitor: Visitor) -> None:
    visitor.visit().drop(CAT, BROKEN, NOT_A_PHOTO, Chosen("empty.jpg", b""), ROCKET)
    assert 0 <= visitor.scored("cat.png") <= 100
    assert 0 <= visitor.scored("rocket.jpg") <= 100
    assert "cut short" in visitor.failure("broken.jpg")
    assert "not a photo" in visitor.failure("letter.jpg")
    assert "empty" in visitor.failure("empty.jpg")
    for name in ("broken.jpg", "letter.jpg", "empty.jpg"):
        expect(visitor.failure_row(name).get_by_role("button", name="Try again")).to_have_count(0)
    expect(visitor.page.locator("#summary")).to_have_text("2 of 5 scored, 3 failed")
    assert visitor.console_errors == []


def test_a_photo_can_be_pasted_and_dropped_anywhere(visitor: Visitor) -> None:
    visitor.visit().paste(CAT)
    visitor.scored("cat.png")
    visitor.drop(ROCKET, onto=".masthead")
    visitor.scored("rocket.jpg")


@pytest.mark.parametrize("file", [DATA / "formats" / "heic.heic", DATA / "formats" / "tiff.tif"], ids=lambda f: f.name)
def test_a_format_unknown_to_the_browser_gets_its_picture_from_the_server(visitor: Visitor, file: Path) -> None:
    visitor.visit().choose(Chosen.at(file))
    visitor.scored(file.name)
    picture = visitor.card(file.name).locator("img")
    expect(picture).to_have_js_property("naturalWidth", 240)
    visitor.card(file.name).dblclick()
    expect(visitor.page.locator("#viewer-image")).to_have_js_property("naturalWidth", 240)


@pytest.mark.parametrize("file", sorted((DATA / "animated").iterdir()), ids=lambda file: file.name)
def test_the_note_on_an_animated_image_is_shown(visitor: Visitor, file: Path) -> None:
    visitor.visit().choose(Chosen.at(file))
    visitor.scored(file.name)
    expect(visitor.open_details(file.name).locator(".notes")).to_contain_text(re.compile("first", re.IGNORECASE))


def test_a_large_animated_image_is_not_downscaled(visitor: Visitor) -> None:
    frames = [cat((1200, 800)), cat((1200, 800)).rotate(180)]
    moving = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=100)
    visitor.visit().choose(Chosen("moving.webp", moving))
    visitor.scored("moving.webp")
    assert visitor.photo_on_server("moving.webp")["critique"]["image"]["frames"] == 2


def test_the_best_is_first_unless_sorted_otherwise(visitor: Visitor, scores: dict[str, float]) -> None:
    worst, best = sorted((CAT, ROCKET), key=lambda photo: scores[photo.name])
    visitor.visit().drop(worst, NOT_A_PHOTO, best)
    expect(visitor.page.locator("#summary")).to_have_text("2 of 3 scored, 1 failed", timeout=SCORE_MS)
    assert visitor.names() == [best.name, worst.name]
    visitor.page.get_by_label("Sort").select_option("as added")
    expect(visitor.page.locator(".cell[aria-posinset='1']:visible")).to_have_attribute("data-name", worst.name)
    visitor.page.get_by_label("Sort").select_option("by name")
    expect(visitor.page.locator(".cell[aria-posinset='1']:visible")).to_have_attribute("data-name", "cat.png")


def test_a_deleted_photo_disappears_on_the_page_and_on_the_server(visitor: Visitor, stack: LocalStack) -> None:
    visitor.visit().drop(CAT, ROCKET)
    visitor.all_scored(2)
    photo = visitor.photo_on_server("cat.png")["id"]
    visitor.open_details("cat.png").get_by_role("button", name="Delete this photo").click()
    expect(visitor.page.locator(".cell:visible")).to_have_count(1)
    with stack.client() as http:
        assert http.get(f"/v1/photos/{photo}").status_code == 404


def test_delete_album_deletes_the_album_on_the_page_and_on_the_server(visitor: Visitor, stack: LocalStack) -> None:
    visitor.visit().choose(CAT)
    visitor.all_scored(1)
    album = visitor.album()
    visitor.page.get_by_role("button", name="Delete album").click()
    expect(visitor.page.locator("#delete-note")).to_contain_text("until")
    visitor.page.get_by_role("button", name="Delete everything").click()
    expect(visitor.page.locator(".drop-title")).to_be_visible()
    expect(visitor.page.locator("#albums")).to_be_hidden()
    with stack.client() as http:
        assert http.get(f"/v1/albums/{album}").status_code == 404


def test_a_hostile_file_name_is_only_text(visitor: Visitor) -> None:
    name = "<img src=x onerror=alert(1)>.png"
    visitor.visit().choose(Chosen(name, CAT.data))
    visitor.scored(name)
    visitor.open_details(name)
    expect(visitor.page.locator(".cell:visible img")).to_have_count(1)
    assert visitor.console_errors == []


def test_an_upload_shows_its_progress(visitor: Visitor, page: Page) -> None:
    """On a slow line, the cell shows the uploaded share."""
    visitor.visit().send_originals()
    line = page.context.new_cdp_session(page)
    conditions = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 1_000_000}
    line.send("Network.emulateNetworkConditions", conditions)
    visitor.choose(Chosen("large.jpg", saved(cat((3000, 2000)), "JPEG", quality=98)))
    expect(visitor.card("large.jpg")).to_contain_text(re.compile(r"Uploading [1-9]\d? %"))
    visitor.scored("large.jpg")
