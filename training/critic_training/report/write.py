"""Measures a model, draws the plots, and writes the folder of the report."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from critic_core.contracts.manifest import MODEL_FILE
from critic_training.data.paper_figures import contact_sheet
from critic_training.data.photo_sets import RatedPhotos, read_rated, read_unrated
from critic_training.evaluation.command import behaviour, scorer_of
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.onnx_model import open_session, predict_files
from critic_training.evaluation.rated_reference import read_reference, reference_metrics
from critic_training.evaluation.run_figures import measure_run
from critic_training.export.model_folder import read_manifest
from critic_training.finetune.curves import read_curves
from critic_training.report import extremes, plots, sections
from critic_training.report.kinds import training_bias

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
    pool_run: Path | None = None
    plots: bool = True
    ratings: Path | None = None


def write(request: Report) -> Path:
    """Writes README.md and, with plots, ATTRIBUTION.md and the plots; returns the first."""
    request.out.mkdir(parents=True, exist_ok=True)
    head = sections.head(read_manifest(request.model), request.command)
    with plot_folder(request) as folder:
        written = [
            head,
            *_run(request, folder),
            _tables(request.tables),
            *_reference(request),
            *_photos(request, folder),
        ]
    text = "\n\n".join(written) + "\n"
    report = request.out / REPORT_FILE
    report.write_text(text if request.plots else sections.without_plots(text), encoding="utf-8")
    return report


@contextmanager
def plot_folder(request: Report) -> Iterator[Path]:
    """The report's own, or one that is thrown away."""
    if request.plots:
        yield request.out
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _run(request: Report, folder: Path) -> list[str]:
    if request.run is None or request.rated is None:
        return [sections.MISSING_INPUT.format("a training run (--run with --rated)")]
    rated = read_rated(request.rated)
    found = measure_run(request.run, rated, [read_rated(folder) for folder in request.across], CONFIG)
    plots.reliability(found.diagram, folder / "reliability.webp")
    plots.pairs(found.pairs, folder / "pairs.webp")
    return [_distribution(rated, folder), sections.figures(found), *_curves(request, request.run, folder)]


def _distribution(rated: RatedPhotos, out: Path) -> str:
    low, high = np.quantile(rated.score, [CONFIG.good_share, 1 - CONFIG.good_share])
    plots.ratings(rated.score, float(low), float(high), out / "ratings.webp")
    return (
        "## What was learnt from\n\nFigure 1 of the paper, with ratings in the place of popularity; the classes are "
        f"made within each category. Of all photos, the lower {CONFIG.good_share:.0%} have mean ratings up to "
        f"{low:.2f}, the upper from {high:.2f}.\n\n![Mean ratings](ratings.webp)"
    )


def _curves(request: Report, run: Path, folder: Path) -> list[str]:
    found = [sections.pool_curve(request.pool_run.read_text("utf-8"))] if request.pool_run else []
    by_fold = {f"{file.parent.parent.name}, {file.parent.name}": read_curves(file) for file in sorted(run.glob(CURVES))}
    if not by_fold:
        return [*found, sections.NO_CURVES]
    points = {
        name: [(float(row["iteration"]), float(row["train_loss"])) for row in rows] for name, rows in by_fold.items()
    }
    plots.curves(points, folder / "curves.webp")
    return [*found, sections.curves(list(by_fold.values()))]


def _tables(file: Path | None) -> str:
    if file is None:
        return sections.MISSING_INPUT.format("tables.json of `critic-train baselines` (--tables)")
    return sections.tables(json.loads(file.read_text(encoding="utf-8")))


def _reference(request: Report) -> list[str]:
    """Of photos with ratings by raters of the pool."""
    files = read_unrated(request.photos)
    reference = read_reference(request.ratings, request.photos, files) if request.ratings else None
    if request.ratings is None or reference is None:
        return []
    manifest = read_manifest(request.model)
    probability, kinds = predict_files(open_session(request.model / MODEL_FILE), files, manifest.preprocessing)
    metrics = list(reference_metrics(reference, probability, kinds, manifest.scale))
    if request.run is None or request.rated is None:
        return [sections.reference(metrics, {})]
    trained = training_bias(request.run, request.ratings, read_rated(request.rated), manifest)
    return [sections.reference(metrics, trained)]


def _photos(request: Report, folder: Path) -> list[str]:
    drops, shifts = behaviour(request.model, read_unrated(request.photos)[:: request.every])
    preprocessing = read_manifest(request.model).preprocessing
    photos = extremes.score_photos(request.photos, scorer_of(request.model), preprocessing)
    best, worst = extremes.ends(photos)
    scores = np.array([photo.score for photo in photos], np.float32)
    plots.scores(scores, folder / "scores.webp")
    contact_sheet([photo.file.read_bytes() for photo in best], folder / "best.webp")
    contact_sheet([photo.file.read_bytes() for photo in worst], folder / "worst.webp")
    (folder / ATTRIBUTION_FILE).write_text(sections.attribution(best, worst), encoding="utf-8")
    return [
        sections.behaviour(drops, shifts),
        sections.scores(scores),
        sections.properties(extremes.contrasts(photos, best, worst), len(best)),
        sections.sheets(len(best)),
    ]
