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
def told(stack: LocalStack) -> dict[str, float]:
    """The scores of the small photos (sent as they are by the page, too), asked for without the page."""
    with stack.client() as http:
        answers = {
            photo.name: photo_of(http.post("/v1/photos", params={"wait": 30}, content=photo.data))
            for photo in (CAT, ROCKET)
        }
    return {name: answer.critique.score for name, answer in answers.items() if answer.critique}


def test_a_photo_gets_its_score_and_what_it_means(visitor: Visitor, told: dict[str, float]) -> None:
    visitor.visit().choose(ROCKET)
    assert visitor.scored("rocket.jpg") == round(told["rocket.jpg"])
    critique = visitor.told_of("rocket.jpg")["critique"]
    card = visitor.card("rocket.jpg")
    expect(card).to_contain_text(f"({critique['reference']})")
    expect(card).to_contain_text("reference photos")
    expect(card).to_contain_text(f"Rather {critique['label']}")
    expect(card).to_contain_text(
        f"Model {critique['provenance']['model']}, version {critique['provenance']['version']}"
    )
    expect(card.locator("meter")).to_have_js_property("value", critique["score"])
    expect(visitor.page.locator("#summary")).to_have_text("Scored")
    assert visitor.complaints == []


def test_properties_and_reasons_are_told_in_words(visitor: Visitor) -> None:
    visitor.visit().choose(CAT)
    visitor.scored("cat.png")
    critique = visitor.told_of("cat.png")["critique"]
    card = visitor.card("cat.png")
    expect(card.locator(".property")).to_have_count(len(PropertyName))
    for measured in critique["properties"].values():
        expect(card.locator(".property").filter(has_text=measured["sentence"])).not_to_have_count(0)
    levels = card.locator(".level").evaluate_all("all => all.map(one => one.dataset.level)")
    assert levels == [measured["level"] for measured in critique["properties"].values()]
    for reason in critique["reasons"]:
        side = ".favourable" if reason["favourable"] else ".against"
        expect(card.locator(side)).to_contain_text(reason["sentence"])


def test_details_say_what_looked_at_it(visitor: Visitor) -> None:
    visitor.visit().choose(CAT)
    visitor.scored("cat.png")
    visitor.card("cat.png").get_by_text("Details").click()
    provenance = visitor.told_of("cat.png")["critique"]["provenance"]
    for fact in (provenance["weights_sha256"][:12], provenance["device"], "451 × 300"):
        expect(visitor.card("cat.png").locator("dl")).to_contain_text(fact)


def test_photos_sent_together_keep_their_own_scores(visitor: Visitor, told: dict[str, float]) -> None:
    """The paper's application kept uploads in one shared temporary file: two at once were mixed up."""
    copies = [Chosen(f"{number} {photo.name}", photo.data) for number in range(6) for photo in (CAT, ROCKET)]
    assert round(told["cat.png"]) != round(told["rocket.jpg"])
    visitor.visit().drop(*copies)
    for copy in copies:
        assert visitor.scored(copy.name) == round(told[copy.name[2:]])
    expect(visitor.page.locator("#summary")).to_have_text("12 of 12 scored")


def test_broken_files_get_a_plain_sentence_and_their_neighbours_a_score(visitor: Visitor) -> None:
    visitor.visit().drop(CAT, BROKEN, NOT_A_PHOTO, Chosen("empty.jpg", b""), ROCKET)
    assert 0 <= visitor.scored("cat.png") <= 100
    assert 0 <= visitor.scored("rocket.jpg") <= 100
    assert "damaged" in visitor.trouble("broken.jpg")
    assert "not a photo" in visitor.trouble("letter.jpg")
    assert "empty" in visitor.trouble("empty.jpg")
    for name in ("broken.jpg", "letter.jpg", "empty.jpg"):
        expect(visitor.card(name).get_by_role("button", name="Try again")).to_be_hidden()
    expect(visitor.page.locator("#summary")).to_have_text("2 of 5 scored, 3 could not be")
    assert visitor.complaints == []


def test_a_photo_can_be_pasted_and_dropped_anywhere(visitor: Visitor) -> None:
    visitor.visit().paste(CAT)
    visitor.scored("cat.png")
    visitor.drop(ROCKET, onto="footer")
    visitor.scored("rocket.jpg")


@pytest.mark.parametrize("file", [DATA / "formats" / "heic.heic", DATA / "formats" / "tiff.tif"], ids=lambda f: f.name)
def test_a_format_unknown_to_the_browser_gets_its_picture_from_the_server(visitor: Visitor, file: Path) -> None:
    visitor.visit().choose(Chosen.at(file))
    visitor.scored(file.name)
    picture = visitor.card(file.name).locator("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [240, 160]


@pytest.mark.parametrize("file", sorted((DATA / "animated").iterdir()), ids=lambda file: file.name)
def test_a_moving_picture_is_said_to_be_looked_at_once(visitor: Visitor, file: Path) -> None:
    visitor.visit().choose(Chosen.at(file))
    visitor.scored(file.name)
    expect(visitor.card(file.name).locator(".notes")).to_contain_text(re.compile("first", re.IGNORECASE))


def test_a_large_moving_picture_is_not_shrunk_to_a_still_one(visitor: Visitor) -> None:
    frames = [cat((1200, 800)), cat((1200, 800)).rotate(180)]
    moving = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=100)
    visitor.visit().choose(Chosen("moving.webp", moving))
    visitor.scored("moving.webp")
    assert visitor.told_of("moving.webp")["critique"]["image"]["frames"] == 2


def test_best_first_puts_the_best_on_top_and_back_again(visitor: Visitor, told: dict[str, float]) -> None:
    worst, best = sorted((CAT, ROCKET), key=lambda photo: told[photo.name])
    visitor.visit().drop(worst, NOT_A_PHOTO, best)
    expect(visitor.page.locator("#summary")).to_have_text("2 of 3 scored, 1 could not be", timeout=SCORE_MS)
    assert visitor.names() == [worst.name, "letter.jpg", best.name]
    sort = visitor.page.get_by_role("button", name="Best first")
    sort.click()
    expect(sort).to_have_attribute("aria-pressed", "true")
    assert visitor.names() == [best.name, worst.name, "letter.jpg"]
    sort.click()
    assert visitor.names() == [worst.name, "letter.jpg", best.name]


def test_a_forgotten_photo_is_gone_from_the_page_and_from_the_server(visitor: Visitor, stack: LocalStack) -> None:
    visitor.visit().drop(CAT, ROCKET)
    visitor.scored("cat.png")
    visitor.scored("rocket.jpg")
    photo = visitor.told_of("cat.png")["id"]
    visitor.page.get_by_role("button", name="Forget cat.png").click()
    expect(visitor.page.locator(".card")).to_have_count(1)
    with stack.client() as http:
        assert http.get(f"/v1/photos/{photo}").status_code == 404
    visitor.page.get_by_role("button", name="Forget rocket.jpg").click()
    expect(visitor.page.locator("#album")).to_be_hidden()


def test_a_hostile_file_name_is_only_text(visitor: Visitor) -> None:
    name = "<img src=x onerror=alert(1)>.png"
    visitor.visit().choose(Chosen(name, CAT.data))
    visitor.scored(name)
    expect(visitor.page.locator(".card img")).to_have_count(1)
    assert visitor.complaints == []


def test_an_upload_is_seen_to_move(visitor: Visitor, page: Page) -> None:
    """On a slow line, the bar tells a share of the bytes and not just that something goes on."""
    visitor.visit().send_originals()
    line = page.context.new_cdp_session(page)
    told = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 1_000_000}
    line.send("Network.emulateNetworkConditions", told)
    visitor.choose(Chosen("large.jpg", saved(cat((3000, 2000)), "JPEG", quality=98)))
    bar = visitor.card("large.jpg").locator("progress")
    expect(bar).to_have_attribute("value", re.compile(r"^0\.[0-9]*[1-9]"))
    expect(visitor.card("large.jpg")).to_contain_text("Uploading")
    visitor.scored("large.jpg")
