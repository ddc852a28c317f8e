"""CSV: a line per photo (RFC 4180, UTF-8 with a byte order mark: without one, Excel reads names as Windows-1252).

An apostrophe protects text that a spreadsheet would evaluate as a formula. Source: OWASP, "CSV Injection".
"""

import codecs
import csv
from collections.abc import Iterator
from io import StringIO

from critic_core.contracts.album import Proposal
from critic_core.exports.export import Export, ExportInput, ExportOptions

COLUMNS = (
    "path", "file_name", "verdict", "stars", "rank", "quality", "score", "percentile", "taken_at", "reasons", "near",
    "scene", "sequence", "kind", "decision", "decision_stars", "file_rating", "id", "sha256", "why",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write(source: ExportInput) -> Iterator[bytes]:
    """The header, then the photos, best first."""
    yield codecs.BOM_UTF8 + _line(COLUMNS)
    for proposal in source.proposals():
        yield _line(_cells(proposal, source.options))


def _cells(proposal: Proposal, options: ExportOptions) -> tuple[object, ...]:
    decision = proposal.decision
    return (
        escape_formula(proposal.path or proposal.file_name or ""), escape_formula(proposal.file_name or ""),
        proposal.verdict, options.rating(proposal), proposal.rank, proposal.quality,
        round(proposal.score, 2), round(proposal.percentile, 2), proposal.taken_at and proposal.taken_at.isoformat(),
        " ".join(reason.code for reason in proposal.reasons), proposal.near, proposal.scene, proposal.sequence,
        proposal.kind, decision and decision.flag, None if decision is None else decision.stars, proposal.rating,
        proposal.id, proposal.sha256, escape_formula(" ".join(reason.sentence for reason in proposal.reasons)),
    )  # fmt: skip


def escape_formula(text: str) -> str:
    """`text` as a cell: with an apostrophe before it when a spreadsheet would evaluate it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(cells: tuple[object, ...]) -> bytes:
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()


EXPORT = Export("csv", "text/csv; charset=utf-8", "csv", write)
