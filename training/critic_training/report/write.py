"""Measures a model, draws the plots, and writes the folder of the report."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from critic_training.data.paper_figures import contact_sheet
from critic_training.data.photo_sets import RatedPhotos, read_rated, read_unrated
from critic_training.evaluation.command import behaviour, scorer_of
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.run_figures import measure_run
from critic_training.export.model_folder import read_manifest
from critic_training.report import extremes, plots, sections

REPORT_FILE, ATTRIBUTION_FILE = "README.md", "ATTRIBUTION.md"
CONFIG = EvaluationConfig()
CURVES = "seed-*/fold-*/curves.csv"


@dataclass(frozen=True)
class Report:
    """A model's version folder and photos to score (a table with authors); the rest may be missing."""

    model: Path
    photos: Path
    every: int
    out: Path
    command: str
    run: Path | None = None
    rated: Path | None = None
    across: tuple[Path, ...] = ()
    tables: Path | None = None


def write(request: Report) -> Path:
    """Writes README.md, ATTRIBUTION.md and the plots; returns the first."""
    request.out.mkdir(parents=True, exist_ok=True)
    manifest = read_manifest(request.model)
    written = [sections.head(manifest, request.command), *_run(request), _tables(request.tables), *_photos(request)]
    report = request.out / REPORT_FILE
    report.write_text("\n\n".join(written) + "\n", encoding="utf-8")
    return report


def _run(request: Report) -> list[str]:
    if request.run is None or request.rated is None:
        return [sections.MISSING_INPUT.format("a training run (--run with --rated)")]
    rated = read_rated(request.rated)
    found = measure_run(request.run, rated, [read_rated(folder) for folder in request.across], CONFIG)
    plots.reliability(found.diagram, request.out / "reliability.png")
    plots.pairs(found.pairs, request.out / "pairs.png")
    return [_distribution(rated, request.out), sections.figures(found), _curves(request.run, request.out)]


def _distribution(rated: RatedPhotos, out: Path) -> str:
    low, high = np.quantile(rated.score, [CONFIG.good_share, 1 - CONFIG.good_share])
    plots.ratings(rated.score, float(low), float(high), out / "ratings.png")
    return (
        "## What was learnt from\n\nFigure 1 of the paper, with ratings in the place of popularity; the classes are "
        "made within each category.\n\n![Mean ratings](ratings.png)"
    )


def _curves(run: Path, out: Path) -> str:
    files = sorted(run.glob(CURVES))
    if not files:
        return sections.NO_CURVES
    plots.curves(
        {f"{file.parent.parent.name}, {file.parent.name}": _points(file) for file in files}, out / "curves.png"
    )
    return "## Learning curves\n\nFigure 3 of the paper.\n\n![Learning curves](curves.png)"


def _points(file: Path) -> Sequence[tuple[float, float]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return [(float(row["iteration"]), float(row["train_loss"])) for row in csv.DictReader(opened)]


def _tables(file: Path | None) -> str:
    if file is None:
        return sections.MISSING_INPUT.format("tables.json of `critic-train baselines` (--tables)")
    return sections.tables(json.loads(file.read_text(encoding="utf-8")))


def _photos(request: Report) -> list[str]:
    drops, shifts = behaviour(request.model, read_unrated(request.photos)[:: request.every])
    preprocessing = read_manifest(request.model).preprocessing
    photos = extremes.score_photos(request.photos, scorer_of(request.model), preprocessing)
    best, worst = extremes.ends(photos)
    plots.scores(np.array([photo.score for photo in photos], np.float32), request.out / "scores.png")
    contact_sheet([photo.file.read_bytes() for photo in best], request.out / "best.webp")
    contact_sheet([photo.file.read_bytes() for photo in worst], request.out / "worst.webp")
    (request.out / ATTRIBUTION_FILE).write_text(sections.attribution(best, worst), encoding="utf-8")
    return [
        sections.behaviour(drops, shifts),
        "## Scores of the reference photos\n\n![Scores](scores.png)",
        sections.properties(extremes.contrasts(photos, best, worst), len(best)),
        sections.sheets(len(best)),
    ]
