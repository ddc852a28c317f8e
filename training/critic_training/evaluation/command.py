"""`critic-train evaluate`: all figures of a training run, and of a model as it is served.

    critic-train evaluate --run runs/alexnet --rated $CRITIC_DATA/oasis --across $CRITIC_DATA/vessel \
        --model services/inference/model_repository/aesthetics/1 --photos $CRITIC_DATA/ccby/attribution.csv \
        --out evaluation.json

Either half works alone: `--run` with `--rated` (out-of-fold and cross-data-set figures), `--model` with `--photos`
(behaviour of the score on changed copies).
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console

from critic_core.contracts.manifest import MANIFEST_FILE, MODEL_FILE, parse_manifest
from critic_training.data.photo_sets import Floats, Inputs, read_rated, read_unrated
from critic_training.evaluation import tables
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.onnx_model import open_session, predict
from critic_training.evaluation.run_figures import RunFigures, measure_run
from critic_training.evaluation.sanity import DegradationEffect, InvarianceError, Scorer, drops, shifts

app = typer.Typer()


@app.command()
def evaluate(  # noqa: PLR0913, PLR0917 - each is an option of the command
    run: Annotated[Path | None, typer.Option(help="A run of `critic-train finetune`.")] = None,
    rated: Annotated[Path | None, typer.Option(help="The rated folder it learnt from.")] = None,
    across: Annotated[list[Path] | None, typer.Option(help="Rated folders of across.csv.")] = None,
    model: Annotated[Path | None, typer.Option(help="A model's version folder.")] = None,
    photos: Annotated[Path | None, typer.Option(help="Table of photos to change and to score.")] = None,
    every: Annotated[int, typer.Option(min=1, help="Take every n-th of these photos.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Write the figures here, as JSON.")] = None,
) -> None:
    """Measure a training run, a model, or both."""
    if (run is None) != (rated is None) or (model is None) != (photos is None) or (run is None and model is None):
        raise typer.BadParameter("give --run with --rated, or --model with --photos, or all four")
    console, result = Console(), dict[str, Any]()
    if run and rated:
        figures = measure_run(
            run, read_rated(rated), [read_rated(folder) for folder in across or ()], EvaluationConfig()
        )
        _show_run(figures, console)
        result["run"] = figures.to_json()
    if model and photos:
        lower, moved = behaviour(model, read_unrated(photos)[::every])
        console.print(tables.drops(lower), tables.shifts(moved))
        result["model"] = {"drops": [asdict(drop) for drop in lower], "shifts": [asdict(shift) for shift in moved]}
    if out:
        out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def behaviour(model: Path, photos: tuple[Path, ...]) -> tuple[list[DegradationEffect], list[InvarianceError]]:
    """Changes of the served score on worse copies and on equal copies."""
    preprocessing = parse_manifest((model / MANIFEST_FILE).read_bytes()).preprocessing
    scorer = scorer_of(model)
    return drops(photos, scorer, preprocessing), shifts(photos, scorer, preprocessing)


def scorer_of(model: Path) -> Scorer:
    """Scores 0 to 100 by ONNX Runtime, as a server returns them."""
    session, scale = open_session(model / MODEL_FILE), parse_manifest((model / MANIFEST_FILE).read_bytes()).scale

    def score(images: Inputs) -> Floats:
        return np.array([scale.score(float(value)) for value in predict(session, images)[0]])

    return score


def _show_run(figures: RunFigures, console: Console) -> None:
    for title, found in figures.ranks.items():
        console.print(tables.ranks(title, found))
    console.print(tables.classes(figures.classes))
    console.print(tables.diagram(figures.diagram, figures.error))
    console.print(tables.pairs(figures.pairs))
