"""Words and pronouns of the documentation, page by page.

    python -m tests.architecture.prose          pages, most pronouns first
    python -m tests.architecture.prose PATH…    these files alone

Words are counted as `wc -w` counts: everything between spaces in the Markdown source, code and the bars of tables
included. Pronouns are counted in the prose: Markdown without fenced and inline code, HTML comments and tags, link
targets and addresses; text in tables counts. The pronouns are the closed classes of Quirk et al., *A Comprehensive
Grammar of the English Language* (1985), chapter 6: personal, possessive, reflexive, demonstrative, relative and
interrogative. Demonstratives and relatives count before a noun, too. Indefinites and numerals (one, each, nothing) are
no part of the list.
Calibration: the pages of commit 37f8eb6 have 39,790 words, and 77 pronouns per 1,000 words of prose, the density of the
review that set the limit.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (
    "README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/**/*.md", "services/README.md", "infra/**/README.md",
    "training/README.md", "training/datasets/**/README.md", "tests/**/README.md",
)  # fmt: skip
CLASSES = """
personal, possessive, reflexive
    i me my mine myself we us our ours ourselves you your yours yourself yourselves
    he him his himself she her hers herself it its itself they them their theirs themselves
demonstrative, relative, interrogative
    this that these those who whom whose whoever whomever what whatever which whichever
"""
PRONOUNS = frozenset(word for line in CLASSES.splitlines() if line.startswith(" ") for word in line.split())
FENCED_CODE = re.compile(r"^\s*(```|~~~).*?^\s*\1\s*$", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"(`+)[^`\n]+\1")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
ADDRESS = re.compile(r"<[^>\s][^>]*>|https?://\S+")
WORD = re.compile(r"\w+(?:[.,'’-]\w+)*")


@dataclass(frozen=True)
class Page:
    """A page's figures: words in all, words of prose, and pronouns among the latter."""

    path: Path
    words: int
    prose_words: int
    pronouns: int

    @property
    def density(self) -> float:
        """Pronouns per 1,000 words of prose."""
        return 1000 * self.pronouns / self.prose_words if self.prose_words else 0.0


def prose(markdown: str) -> str:
    """The text that a reader reads as sentences."""
    for pattern in (COMMENT, FENCED_CODE, INLINE_CODE):
        markdown = pattern.sub(" ", markdown)
    return ADDRESS.sub(" ", LINK.sub(r"\1", markdown))


def words(markdown: str) -> list[str]:
    """The words of the prose, in lower case; "it's" counts as "it"."""
    return [re.split("['’]", word)[0].lower() for word in WORD.findall(prose(markdown))]


def measure(path: Path) -> Page:
    """The figures of a file."""
    markdown = path.read_text("utf-8")
    found = words(markdown)
    return Page(path, len(markdown.split()), len(found), sum(word in PRONOUNS for word in found))


def pages() -> list[Page]:
    """Every page for readers: no changelog, model card or generated report."""
    return [measure(path) for path in sorted({path for pattern in PAGES for path in ROOT.glob(pattern)})]


def render_table(measured: list[Page]) -> str:
    """One line a page, most pronouns per 1,000 words first, and the sum."""
    total = Page(
        ROOT / "all pages",
        words=sum(page.words for page in measured),
        prose_words=sum(page.prose_words for page in measured),
        pronouns=sum(page.pronouns for page in measured),
    )
    rows = [*sorted(measured, key=lambda page: -page.density), total]
    lines = [f"{page.density:12.1f} {page.words:7,}  {page.path.relative_to(ROOT)}" for page in rows]
    return "\n".join(["pronouns/1,000 words  page", *lines])


if __name__ == "__main__":
    sys.stdout.write(render_table([measure(Path(path).resolve()) for path in sys.argv[1:]] or pages()) + "\n")
