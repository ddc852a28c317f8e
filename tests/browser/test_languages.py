"""English and German, complete: a file of texts each, the texts of the HTML files, those of the server by code."""

import re
from html.parser import HTMLParser
from itertools import chain
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import DESKTOP
from tests.browser.visitor import FRONTEND, SCORE_MS, Chosen, Visitor
from tests.support.local_stack import LocalStack
from tests.support.photos import DATA

from critic_core.contracts.critique import PhotoKind, Reason
from critic_core.contracts.errors import CriticError
from critic_core.imaging.properties.registry import MEASURES
from critic_worker.albums.explaining.reasons import REASONS
from critic_worker.albums.selecting.verdict_reasons import VERDICTS

TRANSLATED_ATTRIBUTES = {"aria-label", "title", "placeholder"}
PLAIN = {"Photo Critic", "Alt", "Esc", "Export", "Info", "JPEG"}  # the same in both languages
TEXTS = "async (name) => { const file = await import(`/text/${name}.js`); return file.texts ?? file; }"
SHAPE = """async (name) => {
    const shape = (value) =>
        value && typeof value === "object" ? entries(value).sort() : typeof value;
    const entries = (value) => Object.entries(value).map(([key, inner]) => [key, shape(inner)]);
    const { page, units, ...texts } = await (TEXTS)(name);
    return JSON.stringify(shape(texts));
}""".replace("TEXTS", TEXTS)


class Texts(HTMLParser):
    """Texts of an HTML file that people read."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag not in {"meta", "link", "input", "img"}:
            self.open.append("foreign" if "lang" in attributes and tag != "html" else tag)
        self.found |= {attributes[name] or "" for name in TRANSLATED_ATTRIBUTES & attributes.keys()}
        if attributes.get("name") == "description":
            self.found.add(attributes["content"] or "")

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"script", "foreign"}:
            self.found.add(" ".join(data.split()))


def texts_of_html() -> set[str]:
    """More than one letter together: single ones are keys."""
    found: set[str] = set()
    for name in ("index.html", "shared.html"):
        parser = Texts()
        parser.feed((FRONTEND / name).read_text("utf-8"))
        found |= parser.found
    return {text for text in found if re.search(r"[A-Za-z]{2}|★ ", text)} - {"Photo Critic"}


def scripts() -> str:
    """Without the texts."""
    files = [file for file in FRONTEND.rglob("*.js") if file.name not in {"en.js", "de.js", "messages.js"}]
    return "\n".join(file.read_text("utf-8") for file in files)


@pytest.fixture(scope="module")
def modules(chromium: Browser, stack: LocalStack) -> Page:
    """A page that may import the texts."""
    page = chromium.new_page()
    page.goto(stack.url)
    return page


def test_every_text_of_the_html_files_has_a_german_one_and_no_text_is_left_over(modules: Page) -> None:
    german = modules.evaluate("import('/text/de.js').then(({ texts }) => texts.page)")
    assert texts_of_html() - german.keys() == set()
    assert german.keys() - texts_of_html() == set()
    assert {english for english, text in german.items() if english == text} <= PLAIN


def test_both_languages_have_the_same_texts(modules: Page) -> None:
    assert modules.evaluate(SHAPE, "de") == modules.evaluate(SHAPE, "en")


def test_every_text_is_used(modules: Page) -> None:
    names = modules.evaluate("import('/text/en.js').then((texts) => Object.keys(texts))")
    unused = [name for name in names if not re.search(rf"\b{name}\b", scripts())]
    assert unused == []
    for group in ("sentences", "gallerySentences"):
        keys = modules.evaluate("(group) => import('/text/en.js').then((texts) => Object.keys(texts[group]))", group)
        assert [key for key in keys if f"{group}.{key}" not in scripts()] == []


def test_texts_of_the_server_are_translated_by_their_codes(modules: Page) -> None:
    german = german_texts(modules, [reason.model_dump() for reason in all_reasons()], all_codes())
    english = [reason.sentence for reason in all_reasons()]
    assert [sentence for sentence in german["reasons"] if sentence in english or "undefined" in sentence] == []
    assert [code for code, sentence in zip(all_codes(), german["problems"], strict=True) if sentence == "detail"] == []
    assert [name for name, heading in german["headings"].items() if heading == name] == []
    assert german["units"] == []


def german_texts(page: Page, reasons: list[dict[str, Any]], codes: list[str]) -> dict[str, Any]:
    units = [measure.unit for measure in MEASURES.values() if measure.unit != "L*"]
    found: dict[str, Any] = page.evaluate(
        """async ([reasons, codes, names, units]) => {
            const { texts } = await import("/text/de.js");
            return {
                reasons: reasons.map(texts.reasonSentence),
                problems: codes.map((code) => texts.problemSentence(code, "detail")),
                headings: Object.fromEntries(names.map((name) => [name, texts.heading(name)])),
                units: units.filter((unit) => !(unit in texts.units)),
            };
        }""",
        [reasons, codes, list(MEASURES), units],
    )
    return found


def all_reasons() -> list[Reason]:
    """Every reason of the server, those with fields filled."""
    fields = {
        "best": "DSC_7.jpg",
        "differences": "fine detail 6.2 instead of 3.9, score 61 instead of 58",
        "ranks": "rank 12 of 237 pictures, 3 of 9 in its scene",
        "of_scene": " (DSC_7.jpg)",
        "last": "; DSC_7.jpg, the last kept one, has quality 61, this one 58",
    }
    verdicts = [
        Reason(code=text.code, sentence=text.sentence.format_map(fields), favourable=True) for text in VERDICTS.values()
    ]
    return [*verdicts, *REASONS, *chain(*(measure.reasons.values() for measure in MEASURES.values()))]


def all_codes() -> list[str]:
    """The codes of the error tree."""
    pending, found = [CriticError], set[str]()
    while pending:
        error = pending.pop()
        found.add(error.code)
        pending += error.__subclasses__()
    return sorted(found)


@pytest.mark.parametrize(("field", "pattern"), [("best", "DSC_7"), ("ranks", "12 von 237"), ("last", "61, dieses 58")])
def test_names_and_figures_survive_the_translation(modules: Page, field: str, pattern: str) -> None:
    texts = {text.code for text in VERDICTS.values() if f"{{{field}}}" in text.sentence}
    reasons = [reason.model_dump() for reason in all_reasons()[: len(VERDICTS)] if reason.code in texts]
    german = modules.evaluate(
        "(reasons) => import('/text/de.js').then(({ texts }) => reasons.map(texts.reasonSentence))", reasons
    )
    assert len(german) == len(reasons) > 0
    assert [sentence for sentence in german if pattern not in sentence] == []


@pytest.mark.parametrize("kind", PhotoKind)
def test_every_kind_has_a_word_in_the_rank(modules: Page, kind: PhotoKind) -> None:
    standing = {"rank": 12, "pictures": 237, "kind": kind, "rankInKind": 3, "ofKind": 43, "frame": 1, "frames": 1}
    ranks = modules.evaluate(
        f"(standing) => Promise.all(['en', 'de'].map(async (name) => (await ({TEXTS})(name)).rankSentence(standing)))",
        standing,
    )
    assert ranks[0].startswith("12th of 237 · 3rd of 43 ")
    assert ranks[1].startswith("12. von 237 · 3. von 43 ")


def test_a_german_browser_gets_german_alone_and_the_visitor_may_choose(chromium: Browser, stack: LocalStack) -> None:
    context = chromium.new_context(viewport=DESKTOP, locale="de-AT")
    visitor = Visitor(context.new_page(), stack.url).visit()
    page = visitor.page
    expect(page.get_by_text("Fotos oder einen Ordner hier ablegen")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    visitor.choose(Chosen.at(DATA / "rocket.jpg"), Chosen("letter.jpg", b"Dear Sir or Madam"))
    visitor.scored("rocket.jpg")
    assert visitor.failure("letter.jpg") == "Die Datei ist kein Foto in einem bekannten Format."
    page.keyboard.press("Escape")
    visitor.card("rocket.jpg").click()
    expect(page.locator("#details")).to_contain_text("Wertung", timeout=SCORE_MS)
    expect(page.locator("#summary")).to_have_text("1 von 2 bewertet, 1 gescheitert")
    expect(page.locator("#tally")).to_contain_text("von 1 ·")
    for row in (".status p >> nth=0", "#tally"):
        assert page.locator(row).evaluate("row => row.scrollWidth <= row.clientWidth"), f"{row} is cut off"
    assert [answer.url for answer in visitor.responses if answer.url.endswith("text/en.js")] == []
    page.get_by_role("button", name="Zur Wertung").click()
    page.get_by_role("combobox", name="Sprache").select_option("en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#summary")).to_have_text("One photo scored")
    assert visitor.console_errors == []
    context.close()
