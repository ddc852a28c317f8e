"""From a finished training run to a folder for `critic-train publish`: the best form, checked and described."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
from rich.console import Console

from critic_core.contracts.manifest import MODEL_FILE, Manifest, Metric, Scale
from critic_training.data.photo_sets import Floats, Inputs, RatedPhotos, load, read_rated, read_unrated
from critic_training.data.rated_pool import common_scale, rater_scales, standardise_people
from critic_training.evaluation.calibration import Platt, calibrate
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.reliability import Bin, cross_fitted, reliability
from critic_training.evaluation.score_scale import RatedMix, coverage, fit_scale
from critic_training.evaluation.statistics import Sides, sides
from critic_training.export.card import card
from critic_training.export.difference import FLOAT32_BOUND, Limits, check, read_inputs
from critic_training.export.manifest import ExportRequest, build_manifest, run_metrics
from critic_training.export.measure import Measured, Served, choose, measure, reference, table
from critic_training.export.metadata import describe
from critic_training.export.model_folder import CARD_FILE, write_manifest
from critic_training.runs.checkpoint import BEST_FILE, load_network
from critic_training.runs.predictions import OUT_OF_FOLD_FILE, POOL_FILE, read_out_of_fold, read_pool_ratings

LARGEST = {"alexnet": 40.0, "alexnet-maps": 20.0, "efficientnet-lite0": 20.0, "efficientnet-lite2-maps": 20.0}
"""Megabytes."""

CALIBRATION_PHOTOS = 3000  # for the thin factors: more than the largest rank


def export_run(request: ExportRequest, console: Console) -> Manifest:
    """Writes `model.onnx`, `manifest.json` and `MODEL_CARD.md`.

    Raises ParityError where ONNX and PyTorch differ, ValueError where no form keeps within the limits; nothing is
    written then.
    """
    network, config = load_network(request.run / BEST_FILE)
    rated = read_rated(request.rated)
    predicted = read_out_of_fold(request.run / OUT_OF_FOLD_FILE, rated)
    platt = calibrate_all(predicted, rated)
    diagram = _diagram(predicted[config.seed], rated)
    figures = run_metrics(request, rated, predicted[config.seed], diagram, config.seed)
    scale, covered = _scale(request, rated, predicted[config.seed], platt)
    validation = read_inputs(list(read_unrated(request.reference)[::7]), request.preprocessing)
    with tempfile.TemporaryDirectory() as folder:
        served = Served(platt, scale)
        measured = list(measure(network, served, lambda: _calibration_photos(request), validation, Path(folder)))
        console.print(table(measured))
        chosen = _choose(measured, Limits(LARGEST[network.architecture]))
        console.print(f"chosen: {chosen.form.name}, {chosen.megabytes:.1f} MB, differs by {chosen.difference}")
        manifest = build_manifest(request, network.architecture, chosen, served, figures + covered)
        manifest = describe(chosen.file, manifest)
        write(request.out, manifest, chosen, card(manifest, measured, chosen, diagram))
    return manifest


def calibrate_all(predicted: dict[int, Floats], rated: RatedPhotos) -> Platt:
    """One curve for the predictions of all seeds: each photo counts once a seed."""
    split = sides(rated, EvaluationConfig.good_share)
    several = Sides(np.tile(split.good, len(predicted)), np.tile(split.bad, len(predicted)))
    return calibrate(np.concatenate(list(predicted.values())), several)


def _scale(
    request: ExportRequest, rated: RatedPhotos, predicted: Floats, platt: Platt
) -> tuple[Scale, tuple[Metric, ...]]:
    """With the measured coverage of its intervals; runs without ratings of the pool score by probability."""
    if request.ratings is None or not (request.run / POOL_FILE).is_file():
        return Scale(), ()
    _, label, rating = read_pool_ratings(request.run / POOL_FILE)
    people = standardise_people(rated).rating
    mix = RatedMix(
        np.concatenate([people, label]),
        np.concatenate([predicted, rating]),
        np.concatenate([rated.fold, np.full(len(label), -1)]),
    )
    points = common_scale(rater_scales(request.ratings, rated))
    covered = Metric(
        name="within the interval", dataset=f"{rated.name}, out of fold", value=round(coverage(mix, points), 4)
    )
    return fit_scale(mix, points, platt), (covered,)


def write(out: Path, manifest: Manifest, chosen: Measured, text: str) -> None:
    """The folder that `publish` reads."""
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(chosen.file, out / MODEL_FILE)
    write_manifest(out, manifest)
    (out / CARD_FILE).write_text(text, encoding="utf-8")


def _choose(measured: list[Measured], limits: Limits) -> Measured:
    check(reference(measured).difference, FLOAT32_BOUND, "the float32 graph")
    chosen = choose(measured, limits)
    check(chosen.difference, limits.probability, chosen.form.name)
    return chosen


def _calibration_photos(request: ExportRequest) -> Inputs:
    pool = read_unrated(request.pool)
    return np.concatenate(list(load(pool[:: max(1, len(pool) // CALIBRATION_PHOTOS)], request.preprocessing)))


def _diagram(predicted: Floats, rated: RatedPhotos) -> tuple[Bin, ...]:
    split = sides(rated, EvaluationConfig.good_share)
    return reliability(cross_fitted(predicted, split, rated.fold), split)
