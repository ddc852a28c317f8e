"""CSV: one line a photo, for a spreadsheet (RFC 4180, UTF-8).

A text that a spreadsheet would take for a formula gets an apostrophe before it. Source: OWASP, "CSV Injection".
"""

import csv
from collections.abc import Iterator
from io import StringIO

from critic_core.contracts.album import Proposal
from critic_core.exports.export import Export, Given, StarMap

COLUMNS = (
    "file_name", "verdict", "stars", "rank", "quality", "score", "percentile", "taken_at", "reasons", "near", "scene",
    "sequence", "kind", "decision", "decision_stars", "id", "sha256",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(given: Given) -> Iterator[bytes]:
    """The header, then the photos, best first."""
    yield _line(COLUMNS)
    for proposal in given.proposals():
        yield _line(_cells(proposal, given.wish.stars))


def _cells(told: Proposal, stars: StarMap) -> tuple[object, ...]:
    decision = told.decision
    return (
        _text(told.file_name), told.verdict, stars.of(told), told.rank, told.quality, round(told.score, 2),
        round(told.percentile, 2), told.taken_at and told.taken_at.isoformat(),
        " ".join(reason.code for reason in told.reasons), told.near, told.scene, told.sequence, told.kind,
        decision and decision.flag, None if decision is None else decision.stars, told.id, told.sha256,
    )  # fmt: skip


def _text(told: str | None) -> str:
    text = told or ""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(cells: tuple[object, ...]) -> bytes:
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()


EXPORT = Export("csv", "text/csv; charset=utf-8", "csv", write)
