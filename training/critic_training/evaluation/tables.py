"""Tables of `critic-train evaluate`, for a terminal."""

from collections.abc import Iterable, Mapping, Sequence

from rich.table import Table

from critic_training.data.degradations import DEGRADATIONS, STRENGTHS
from critic_training.evaluation.figures import MEASURES
from critic_training.evaluation.interval import Figure
from critic_training.evaluation.pairs import Pairs
from critic_training.evaluation.reliability import Bin
from critic_training.evaluation.sanity import DegradationEffect, InvarianceError, mean_lower


def ranks(title: str, found: Mapping[tuple[str, str], Figure]) -> Table:
    """One line a category, one column a figure."""
    table = Table("photos", *MEASURES, title=f"{title}: 95 % intervals over themes")
    for category in dict.fromkeys(category for _, category in found):
        table.add_row(category, *(_cell(found[name, category]) for name in MEASURES))
    return table


def classes(found: Mapping[str, Figure]) -> Table:
    """Good against bad, by cross-fitted probability."""
    table = Table("figure", "value", title="Top 30 % against bottom 30 % within category, probability over 0.5")
    for name, value in found.items():
        table.add_row(name, _cell(value))
    return table


def diagram(bins: Iterable[Bin], error: float) -> Table:
    """Predicted and observed shares."""
    table = Table("predicted", "were good", "photos", title=f"Reliability; expected calibration error {error:.3f}")
    for group in bins:
        table.add_row(f"{group.predicted:.2f}", f"{group.good:.2f}", str(group.photos))
    return table


def pairs(found: Iterable[Pairs]) -> Table:
    """By rating points between the two."""
    table = Table("rated apart by", "pairs", "in the right order", title="Pairs within category")
    for gap in found:
        most = f" to {gap.most:g}" if gap.most < 7 else " and more"
        table.add_row(f"{gap.least:g}{most}", str(gap.pairs), f"{gap.right:.3f}")
    return table


def drops(found: Sequence[DegradationEffect]) -> Table:
    """Share of worse copies that score lower, and the mean drop in points."""
    table = Table(
        "worse copy", *STRENGTHS, title=f"Worse copies that score lower, of {found[0].photos} photos (points)"
    )
    by_name = {(drop.name, drop.strength): drop for drop in found}
    for name in DEGRADATIONS:
        row = [by_name[name, strength] for strength in STRENGTHS]
        table.add_row(name, *(f"{drop.lower:.3f} ({drop.points:+.1f})" for drop in row))
    table.add_row("mean", *(_cell(mean_lower(found, strength)) for strength in STRENGTHS), style="bold")
    return table


def shifts(found: Iterable[InvarianceError]) -> Table:
    """Points of change."""
    table = Table("same photo", "median", "95 %", "largest", title="Points that a harmless change moves the score by")
    for shift in found:
        table.add_row(shift.name, _cell(shift.median), f"{shift.p95:.2f}", f"{shift.largest:.2f}")
    return table


def _cell(figure: Figure) -> str:
    spread = f" ± {figure.spread:.3f}" if figure.spread else ""
    return f"{figure.value:.3f}{spread} [{figure.low:.2f}, {figure.high:.2f}]"
