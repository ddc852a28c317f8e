"""The result of a culling for people: numbers, keepers with reasons, notes, problems."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from critic_cli.culling.copies import copy_sentences
from critic_cli.culling.cull_folder import CulledFolder
from critic_cli.culling.proposals import Selection
from critic_cli.culling.shortfall import shortfall_sentence
from critic_cli.files.names import printable
from critic_core.contracts.album import Proposal, Verdict

_STYLES = {Verdict.keep: "green", Verdict.maybe: "yellow", Verdict.reject: "red"}


@dataclass(frozen=True)
class CullingReport:
    """What was culled, how, and with which proposals."""

    folder: Path
    culled: CulledFolder
    selection: Selection
    proposals: Sequence[Proposal]
    notes: Sequence[str]

    @property
    def keepers(self) -> list[Proposal]:
        """The photos to keep, best first."""
        return [proposal for proposal in self.proposals if proposal.verdict is Verdict.keep]

    def print(self, console: Console, listed: Sequence[Proposal]) -> None:
        """Numbers first, then the listed photos, then notes."""
        groups = _group_numbers(self.proposals)
        console.print(Text(_summary(self.proposals, len(groups)), style="bold"))
        _print_dim(console, [shortfall_sentence(self.proposals, self.selection.keep)])
        if listed:
            console.print(self._table(listed, groups))
        if 0 < len(listed) < len(self.proposals):
            _print_dim(console, ["--all lists the other photos, too."])
        _print_dim(console, [*copy_sentences(self.culled.shots, self.folder), *self.notes, self._removed()])

    def _table(self, listed: Sequence[Proposal], groups: dict[str, str]) -> Table:
        table = _empty_table()
        for proposal in listed:
            stars = _stars(self.selection.exports.rating(proposal))
            table.add_row(
                str(proposal.rank), Text(self._name(proposal)), f"{proposal.score:.1f}",
                Text(proposal.verdict.value, style=_STYLES[proposal.verdict]), stars,
                groups.get(proposal.near or "", ""), Text(" ".join(reason.sentence for reason in proposal.reasons[:2])),
            )  # fmt: skip
        return table

    def _name(self, proposal: Proposal) -> str:
        in_folder = self.culled.shots.get(proposal.id)
        if in_folder:
            return printable(in_folder[0].upload.relative_to(self.folder))
        return printable(proposal.path or proposal.file_name or proposal.id)

    def _removed(self) -> str:
        removed = self.culled.removed
        return f"{removed:,} photos left the album: their files were deleted, moved or edited." if removed else ""


def print_problems(problems: Sequence[str]) -> bool:
    """A line each on standard error; False for none."""
    console = Console(stderr=True)
    for problem in problems:
        console.print(Text.assemble(("✗ ", "red"), printable(problem)), soft_wrap=True)
    return bool(problems)


def _print_dim(console: Console, sentences: Iterable[str]) -> None:
    for sentence in filter(None, sentences):
        console.print(Text(printable(sentence), style="dim"), soft_wrap=True)


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
