"""The proposals as a table."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from critic_cli.culling.same_stem import Shot
from critic_cli.files.names import printable
from critic_core.contracts.album import Proposal, Verdict
from critic_core.exports.export import ExportOptions

_STYLES = {Verdict.keep: "green", Verdict.maybe: "yellow", Verdict.reject: "red"}


def print_proposals(  # noqa: PLR0913, PLR0917 - what a table of a folder's photos needs
    proposals: Sequence[Proposal],
    listed: Sequence[Proposal],
    shots: Mapping[str, Sequence[Shot]],
    folder: Path,
    options: ExportOptions,
    console: Console,
) -> None:
    """The numbers of all photos, then the listed ones: score, verdict, stars, near duplicates, reasons."""
    groups = _group_numbers(proposals)
    console.print(Text(_summary(proposals, len(groups)), style="bold"))
    if not listed:
        return
    table = _empty_table()
    for proposal in listed:
        rating = options.rating(proposal)
        table.add_row(
            str(proposal.rank), Text(_name(proposal, shots, folder)), f"{proposal.score:.1f}",
            Text(proposal.verdict.value, style=_STYLES[proposal.verdict]), _stars(rating),
            groups.get(proposal.near or "", ""), Text(" ".join(reason.sentence for reason in proposal.reasons[:2])),
        )  # fmt: skip
    console.print(table)
    if len(listed) < len(proposals):
        console.print(Text("--all lists the other photos, too.", style="dim"))


def keepers_of(proposals: Sequence[Proposal]) -> list[Proposal]:
    """The photos to keep, best first."""
    return [proposal for proposal in proposals if proposal.verdict is Verdict.keep]


def _empty_table() -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("Photo", no_wrap=True, overflow="ellipsis", min_width=12)
    table.add_column("Score", justify="right", no_wrap=True)
    for title in ("Verdict", "Stars", "Like"):
        table.add_column(title, no_wrap=True)
    table.add_column("Why", min_width=20)
    return table


def _stars(rating: int | None) -> str:
    return "✗" if rating == -1 else "★" * (rating or 0)


def _group_numbers(proposals: Sequence[Proposal]) -> dict[str, str]:
    """Short names for groups of near duplicates, in the order of the table."""
    groups = dict.fromkeys(proposal.near for proposal in proposals if proposal.near)
    return {str(group): f"#{number}" for number, group in enumerate(groups, start=1)}


def _summary(proposals: Sequence[Proposal], groups: int) -> str:
    counts = {verdict: sum(proposal.verdict is verdict for proposal in proposals) for verdict in Verdict}
    return (
        f"{len(proposals):,} photos: {counts[Verdict.keep]:,} to keep, {counts[Verdict.maybe]:,} perhaps, "
        f"{counts[Verdict.reject]:,} not. {groups:,} groups of near duplicates (Like)."
    )


def _name(proposal: Proposal, shots: Mapping[str, Sequence[Shot]], folder: Path) -> str:
    in_folder = shots.get(proposal.id)
    if in_folder:
        return printable(in_folder[0].upload.relative_to(folder))
    return printable(proposal.path or proposal.file_name or proposal.id)
