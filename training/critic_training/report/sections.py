"""Sections of the report, as Markdown."""

import json
import re
from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

import numpy as np

from critic_core.contracts.critique import PhotoKind
from critic_core.contracts.manifest import Manifest, Metric
from critic_training.data.degradations import DEGRADATIONS, STRENGTHS
from critic_training.data.photo_sets import Floats
from critic_training.evaluation.figures import MEASURES
from critic_training.evaluation.interval import Figure
from critic_training.evaluation.markdown import table
from critic_training.evaluation.run_figures import RunFigures
from critic_training.evaluation.sanity import DegradationEffect, InvarianceError, mean_lower
from critic_training.report.extremes import Contrast, Photo

MISSING_INPUT = "*No figures: the command had no {}.*"
NO_CURVES = "*Figure 3 of the paper, learning curves: this run has none (`critic-train people` and `finetune` do).*"
ATTRIBUTED = "authors and licences: [ATTRIBUTION.md](ATTRIBUTION.md)"


def head(manifest: Manifest, command: str) -> str:
    """Model, and command of the report."""
    return (
        f"# {manifest.name}, version {manifest.version}\n\n{manifest.architecture}. Made {manifest.created} by "
        f"`{manifest.training_command}`.\n\nThis report and its plots were written by\n\n```sh\n{command}\n```\n\n"
        "Intervals are 95 % bootstrap intervals over themes (photos, where there are none)."
    )


def figures(found: RunFigures) -> str:
    """All figures of a run."""
    paragraphs = [f"## How well photos are ordered\n\nSeeds: {found.seeds}. ± is their spread."]
    for title, ranks in found.ranks.items():
        categories = dict.fromkeys(category for _, category in ranks)
        rows = [(name, *(cell(ranks[measure, name]) for measure in MEASURES)) for name in categories]
        paragraphs.append(f"**{title}**\n\n{table(('photos', *MEASURES), rows)}")
    paragraphs.append(
        "## Good or bad\n\nTop against bottom 30 % within category, probability over 0.5 (calibrated on other folds)."
    )
    paragraphs.append(table(("figure", "value"), [(name, cell(value)) for name, value in found.classes.items()]))
    paragraphs.append(
        "## Reliability\n\n![Reliability diagram](reliability.webp)\n\n"
        f"Expected calibration error: {found.error:.3f}.\n\n"
        + table(
            ("predicted", "were good", "photos"),
            [(f"{group.predicted:.2f}", f"{group.good:.2f}", str(group.photos)) for group in found.diagram],
        )
    )
    paragraphs.append(
        "## Two photos of one category\n\n![Pairs by gap](pairs.webp)\n\n"
        + table(
            ("rated apart by at least", "pairs", "in the right order"),
            [(f"{gap.least:g}", str(gap.pairs), f"{gap.right:.3f}") for gap in found.pairs],
        )
    )
    return "\n\n".join(paragraphs)


def behaviour(drops: Sequence[DegradationEffect], shifts: Sequence[InvarianceError]) -> str:
    """Worse copies and equal copies."""
    by_name = {(drop.name, drop.strength): drop for drop in drops}
    rows = [(name, *(f"{by_name[name, strength].lower:.3f}" for strength in STRENGTHS)) for name in DEGRADATIONS]
    rows.append(("**mean**", *(cell(mean_lower(drops, strength)) for strength in STRENGTHS)))
    moved = [(shift.name, cell(shift.median), f"{shift.p95:.2f}", f"{shift.largest:.2f}") for shift in shifts]
    return (
        f"## Worse copies\n\nShare of {drops[0].photos} photos, none of them in a training set, whose worse copy "
        f"scores lower.\n\n{table(('worse copy', *STRENGTHS), rows)}\n\n## What must not move the score\n\nPoints.\n\n"
        + table(("the same photo", "median", "95 %", "largest"), moved)
    )


def pool_curve(lines: str) -> str:
    """`metrics.jsonl` of `critic-train pool`: mean losses and order, an epoch a row."""
    rows = [json.loads(line) for line in lines.splitlines()]
    columns = list(rows[0])
    return (
        "## Learning curve: all layers, on the pool\n\nMean losses since the row before; `people`: Spearman on "
        "people's ratings, which this stage does not learn; `pool`: on pool photos.\n\n"
        + table(columns, [[str(row[name]) for name in columns] for row in rows])
    )


def curves(folds: Sequence[Sequence[Mapping[str, str]]]) -> str:
    """`curves.csv` of each fold: means over folds, a row a validation."""
    columns = list(folds[0][0])
    steps = min(len(rows) for rows in folds)
    means = [[mean(float(rows[at][name]) for rows in folds) for name in columns] for at in range(steps)]
    rows = [[f"{values[0]:g}", *(f"{value:.3f}" for value in values[1:])] for values in means]
    return (
        f"## Learning curves\n\nFigure 3 of the paper; means of {len(folds)} folds, the order of the held-out one.\n\n"
        f"{table(columns, rows)}\n\n![Learning curves](curves.webp)"
    )


def scores(found: Floats) -> str:
    """Distribution of the reference photos' scores."""
    deciles = ", ".join(f"{value:.0f}" for value in np.quantile(found, np.linspace(0, 1, 11)))
    return f"## Scores of the reference photos\n\nDeciles, lowest to highest: {deciles}.\n\n![Scores](scores.webp)"


def without_plots(text: str) -> str:
    """The text alone; the command without `--no-plots` draws the plots."""
    return re.sub(r"\n\n!\[[^\]]*\]\([^)]*\)", "", text).replace(ATTRIBUTED, "the command without `--no-plots`")


def tables(content: Mapping[str, Any]) -> str:
    """The paper's tables I and II, as `critic-train baselines` wrote them."""
    columns = list(content["table1"][0]["figures"])
    first = [
        (row["name"], *(cell(Figure(**row["figures"][name])) for name in columns), cell_or_none(row["across"]))
        for row in content["table1"]
    ]
    second = [(row["name"], row["over"], points(Figure(**row["points"]))) for row in content["table2"]]
    return (
        "## Table I: against machines on frozen features\n\n"
        f"{table(('machine', *columns, 'other set, accuracy'), first)}"
        f"\n\n## Table II: points of accuracy ahead\n\n{table(('', 'is ahead of', 'by'), second)}"
    )


def reference(metrics: Sequence[Metric], trained: Mapping[PhotoKind, Figure]) -> str:
    """Figures on rated reference photos; bias by kind beside that of training photos."""
    rows = [
        (
            metric.name if metric.category is None else f"{metric.name}, {metric.category}",
            f"{metric.value:.3f} [{metric.low:.3f}, {metric.high:.3f}]",
            points(trained[PhotoKind(metric.category)]) if metric.category and metric.category in trained else "",
        )
        for metric in metrics
    ]
    return (
        "## Rated reference photos\n\nNone trained on. Beside a kind's bias that of training photos (people's out of "
        f"fold), on which a correction would be fitted.\n\n{table(('figure', 'value', 'training photos'), rows)}"
    )


def properties(found: Sequence[Contrast], count: int) -> str:
    """Properties of the best against those of the worst."""
    rows = [
        (
            contrast.name.replace("_", " "),
            f"{contrast.best:.3g} {contrast.unit}",
            f"{contrast.worst:.3g} {contrast.unit}",
            f"{contrast.difference:+.2f} [{contrast.low:+.2f}, {contrast.high:+.2f}]",
            _tendency(contrast),
        )
        for contrast in found
    ]
    return (
        f"## What the network likes\n\nMeans of the {count} best and the {count} worst; the difference in standard "
        "deviations over all photos. The paper's list of what its network likes: saturated, sharp, rich in contrast, "
        f"well exposed, a flat background.\n\n{table(('', 'best', 'worst', 'difference', 'the best have'), rows)}"
    )


def _tendency(contrast: Contrast) -> str:
    if contrast.low <= 0 <= contrast.high:
        return "no clear difference"
    return "more" if contrast.difference > 0 else "less"


def sheets(count: int) -> str:
    """Contact sheets of both ends."""
    return (
        f"## The {count} best and the {count} worst\n\nFigures 2 and 4 of the paper, on photos of the reference set: "
        f"{ATTRIBUTED}.\n\n![Best, best first](best.webp)\n\n"
        "![Worst, worst first](worst.webp)"
    )


def attribution(best: Sequence[Photo], worst: Sequence[Photo]) -> str:
    """Of every photo shown, in the order of the sheets."""
    header = ("place", "score", "author", "page", "licence")
    paragraphs = ["# Photos shown in this report\n\nScaled down and cropped to squares; otherwise unchanged."]
    for title, photos in (("Best", best), ("Worst", worst)):
        rows = [
            (str(n + 1), f"{p.score:.1f}", p.author.replace("|", "/"), f"<{p.page}>", f"<{p.licence}>")
            for n, p in enumerate(photos)
        ]
        paragraphs.append(f"## {title}\n\n{table(header, rows)}")
    return "\n\n".join(paragraphs) + "\n"


def cell(value: Figure) -> str:
    """Mean, spread over seeds and interval."""
    spread = f" ± {value.spread:.3f}" if value.spread else ""
    return f"{value.value:.3f}{spread} [{value.low:.2f}, {value.high:.2f}]"


def cell_or_none(value: dict[str, float] | None) -> str:
    """Empty where there is nothing."""
    return cell(Figure(**value)) if value else ""


def points(value: Figure) -> str:
    """With sign."""
    return f"{value.value:+.1f} [{value.low:+.1f}, {value.high:+.1f}]"
