"""Asks everything, draws it, and writes the folder of the report."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from critic_core.contracts.manifest import MANIFEST_FILE, parse_manifest
from critic_training.data.paper_figures import contact_sheet
from critic_training.data.photo_sets import Rated, read_rated, read_unrated
from critic_training.evaluation.command import behaviour, scorer_of
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.run_figures import judge_run
from critic_training.report import ends, plots, text

REPORT_FILE, ATTRIBUTION_FILE = "README.md", "ATTRIBUTION.md"
KNOBS = EvaluationConfig()
CURVES = "seed-*/fold-*/curves.csv"


@dataclass(frozen=True)
class Report:
    """A model's version folder and photos to ask it about (a table with authors); the rest may be missing."""

    model: Path
    photos: Path
    every: int
    out: Path
    command: str
    run: Path | None = None
    rated: Path | None = None
    across: tuple[Path, ...] = ()
    tables: Path | None = None


def write(asked: Report) -> Path:
    """Writes README.md, ATTRIBUTION.md and the plots; returns the first."""
    asked.out.mkdir(parents=True, exist_ok=True)
    manifest = parse_manifest((asked.model / MANIFEST_FILE).read_bytes())
    parts = [text.head(manifest, asked.command), *_run(asked), _tables(asked.tables), *_photos(asked)]
    report = asked.out / REPORT_FILE
    report.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return report


def _run(asked: Report) -> list[str]:
    if asked.run is None or asked.rated is None:
        return [text.NOT_GIVEN.format("a training run (--run with --rated)")]
    rated = read_rated(asked.rated)
    found = judge_run(asked.run, rated, [read_rated(folder) for folder in asked.across], KNOBS)
    plots.reliability(found.diagram, asked.out / "reliability.png")
    plots.pairs(found.pairs, asked.out / "pairs.png")
    return [_distribution(rated, asked.out), text.figures(found), _curves(asked.run, asked.out)]


def _distribution(rated: Rated, out: Path) -> str:
    low, high = np.quantile(rated.score, [KNOBS.good_share, 1 - KNOBS.good_share])
    plots.ratings(rated.score, float(low), float(high), out / "ratings.png")
    return (
        "## What was learnt from\n\nFigure 1 of the paper, with ratings in the place of popularity; the classes are "
        "made within each category.\n\n![Mean ratings](ratings.png)"
    )


def _curves(run: Path, out: Path) -> str:
    files = sorted(run.glob(CURVES))
    if not files:
        return text.NO_CURVES
    plots.curves({f"{file.parts[-3]}, {file.parts[-2]}": _points(file) for file in files}, out / "curves.png")
    return "## Learning curves\n\nFigure 3 of the paper.\n\n![Learning curves](curves.png)"


def _points(file: Path) -> Sequence[tuple[float, float]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return [(float(row["iteration"]), float(row["train_loss"])) for row in csv.DictReader(opened)]


def _tables(file: Path | None) -> str:
    if file is None:
        return text.NOT_GIVEN.format("tables.json of `critic-train baselines` (--tables)")
    return text.tables(json.loads(file.read_text(encoding="utf-8")))


def _photos(asked: Report) -> list[str]:
    drops, shifts = behaviour(asked.model, read_unrated(asked.photos)[:: asked.every])
    preprocessing = parse_manifest((asked.model / MANIFEST_FILE).read_bytes()).preprocessing
    photos = ends.look(asked.photos, scorer_of(asked.model), preprocessing)
    best, worst = ends.ends(photos)
    plots.scores(np.array([photo.score for photo in photos], np.float32), asked.out / "scores.png")
    contact_sheet([photo.file.read_bytes() for photo in best], asked.out / "best.jpg")
    contact_sheet([photo.file.read_bytes() for photo in worst], asked.out / "worst.jpg")
    (asked.out / ATTRIBUTION_FILE).write_text(text.attribution(best, worst), encoding="utf-8")
    return [
        text.behaviour(drops, shifts),
        "## Scores of the reference photos\n\n![Scores](scores.png)",
        text.properties(ends.contrasts(photos, best, worst), len(best)),
        text.sheets(len(best)),
    ]
