"""A contact sheet: a self-contained HTML file without scripts.

Keepers and maybes are pictures, rejects are rows of a table, so that the file of a large album still opens.
"""

import base64
from collections.abc import Iterator
from html import escape
from importlib.resources import files

from critic_core.contracts.album import Proposal, Verdict
from critic_core.contracts.errors import PhotoNotFound
from critic_core.exports.export import Export, ExportInput

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_TITLES = {Verdict.keep: "Keep", Verdict.maybe: "Maybe", Verdict.reject: "Reject"}


def write(source: ExportInput) -> Iterator[bytes]:
    """The page, photo by photo."""
    for text in _page(source):
        yield text.encode()


def _page(source: ExportInput) -> Iterator[str]:
    counts = dict.fromkeys(Verdict, 0)
    for proposal in source.proposals():
        counts[proposal.verdict] += 1
    yield _head(source.album.name or "Contact sheet", counts)
    for verdict in (Verdict.keep, Verdict.maybe):
        yield f'<section class="{verdict.value}">{_title(verdict, counts)}<ol class="sheet">\n'
        for proposal in source.proposals():
            if proposal.verdict is verdict:
                yield _card(proposal, source)
        yield "</ol></section>\n"
    yield f'<section class="reject">{_title(Verdict.reject, counts)}<table>\n'
    yield "<thead><tr><th>Photo</th><th>Score</th><th>Why</th></tr></thead><tbody>\n"
    for proposal in source.proposals():
        if proposal.verdict is Verdict.reject:
            yield f"<tr><td>{_name(proposal)}</td><td>{proposal.score:.0f}</td><td>{_why(proposal)}</td></tr>\n"
    yield "</tbody></table></section></main></body></html>\n"


def _head(title: str, counts: dict[Verdict, int]) -> str:
    style = files(__package__).joinpath("contact_sheet.css").read_text("utf-8")
    summary = f"{sum(counts.values()):,} photos: {counts[Verdict.keep]:,} to keep, {counts[Verdict.maybe]:,} perhaps."
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width"><style>{style}</style></head>'
        f"<body><header><h1>{escape(title)}</h1><p>{summary}</p></header><main>\n"
    )


def _title(verdict: Verdict, counts: dict[Verdict, int]) -> str:
    return f"<h2><span>{_TITLES[verdict]}</span> <small>{counts[verdict]:,}</small></h2>"


def _card(proposal: Proposal, source: ExportInput) -> str:
    rating = source.options.rating(proposal)
    return (
        f'<li>{_picture(proposal, source)}<div class="text"><div class="name"><span>{_name(proposal)}</span>'
        f'<span class="score" title="Score, 0 to 100">{proposal.score:.0f}</span></div>'
        f"{_stars(rating)}"
        f'<div class="why">{_why(proposal)}</div></div></li>\n'
    )


def _stars(rating: int | None) -> str:
    if rating is None or rating < 0:
        return ""
    return f'<div class="stars" role="img" aria-label="{rating} of 5 stars">{"★" * rating}{"☆" * (5 - rating)}</div>'


def _picture(proposal: Proposal, source: ExportInput) -> str:
    try:
        data = base64.b64encode(source.pictures.preview(proposal.id)).decode("ascii")
    except PhotoNotFound:
        return '<div class="deleted">The photo was deleted.</div>'
    return f'<img loading="lazy" alt="{_name(proposal)}, rank {proposal.rank}" src="data:image/jpeg;base64,{data}">'


def _name(proposal: Proposal) -> str:
    return escape(proposal.path or proposal.file_name or proposal.id)


def _why(proposal: Proposal) -> str:
    return escape(" ".join(reason.sentence for reason in proposal.reasons))


EXPORT = Export("html", "text/html; charset=utf-8", "html", write)
