"""Documentation names its nouns, and stays short: `python -m tests.architecture.prose` prints all pages."""

from pathlib import Path

import pytest
from tests.architecture.prose import ROOT, Page, measure, pages, render_table, words

MOST_PRONOUNS = 40  # per 1,000 words of prose
MOST_WORDS = 25_000  # in all, as `wc -w` counts
SHORT_PAGE = 100  # words; a shorter page counts as one of this length, for one pronoun would decide


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.path.relative_to(ROOT)))
def test_few_pronouns_on_every_page(page: Page) -> None:
    assert 1000 * page.pronouns < MOST_PRONOUNS * max(page.prose_words, SHORT_PAGE), f"\n{render_table([page])}"


def test_few_words_in_all() -> None:
    measured = pages()
    assert len(measured) > 50
    assert sum(page.words for page in measured) <= MOST_WORDS, f"\n{render_table(measured)}"


def test_words_in_all_are_those_of_wc(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# It's\n\n| `a b` | [that](x.md) |\n|---|---|\n\n```sh\nmake it\n```\n", "utf-8")
    assert measure(page) == Page(page, words=13, prose_words=2, pronouns=2)


@pytest.mark.parametrize(
    ("markdown", "counted"),
    [
        ("It's *here*, 12.5 MB.", ["it", "here", "12.5", "mb"]),
        ("[a page](docs/that.md) and <https://its.example>", ["a", "page", "and"]),
        ("| `it` | which |\n|---|---|", ["which"]),
        ("before\n```sh\nthat\n```\nafter <!-- this -->", ["before", "after"]),
    ],
)
def test_prose_is_text_without_code_and_addresses(markdown: str, counted: list[str]) -> None:
    assert words(markdown) == counted
