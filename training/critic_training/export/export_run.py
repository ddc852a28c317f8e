"""From a training run to a folder that can be published: choose a form, check it, tell all about it."""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from rich.console import Console

from critic_core.contracts.manifest import (
    MANIFEST_FILE,
    Calibration,
    DatasetCard,
    Golden,
    Manifest,
    Metric,
    Preprocessing,
    Reference,
)
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.preprocess import prepare
from critic_training.evaluation.calibration import Platt, calibrate
from critic_training.cards import CARDS, REFERENCES
from critic_training.data.photo_sets import Floats, Rated, load, read_rated, read_unrated
from critic_training.evaluation.statistics import Sides, metrics, sides
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.copy_retrieval import measure_copy_similarity
from critic_training.evaluation.reliability import Bin, calibration_error, cross_fitted, reliability
from critic_training.export.card import MEANING, WARNING, card
from critic_training.export.measure import Limits, Measured, choose, measure, reference, table
from critic_training.export.parity import FLOAT32_BOUND, check, read_inputs
from critic_training.publish import CARD_FILE, MODEL_FILE, commit, sha256
from critic_training.runs.checkpoint import BEST_FILE, load_network
from critic_training.runs.predictions import ACROSS_FILE, OUT_OF_FOLD_FILE, read_across, read_out_of_fold
from critic_training.evaluation.onnx_model import ask, session

LARGEST = {"alexnet": 40.0, "efficientnet-lite0": 20.0, "efficientnet-lite0-maps": 20.0}
"""Megabytes."""

ARCHITECTURES = {
    "alexnet": "AlexNet (torchvision layout), two outputs",
    "efficientnet-lite0": "EfficientNet-Lite0, two outputs",
    "efficientnet-lite0-maps": "EfficientNet-Lite0, statistics of middle maps and a hidden layer, two outputs",
}
FITTED_ON = "out-of-fold answers of the training run"
CALIBRATION_PHOTOS = 3000  # that factors are fitted on: more than the largest rank


@dataclass(frozen=True)
class Export:
    """A finished run and the data it is described with. `pool` and `reference` are tables of photos without ratings."""

    run: Path
    rated: Path
    across: tuple[Path, ...]
    pool: Path
    reference: Path
    out: Path
    name: str
    version: str
    command: str
    preprocessing: Preprocessing


def export(asked: Export, console: Console) -> Manifest:
    """Writes `model.onnx`, `manifest.json` and `MODEL_CARD.md`.

    Raises ParityError where ONNX and PyTorch differ, ValueError where no form keeps within the limits; nothing is
    written then.
    """
    network, knobs = load_network(asked.run / BEST_FILE)
    rated = read_rated(asked.rated)
    told = read_out_of_fold(asked.run / OUT_OF_FOLD_FILE, rated)
    platt = calibrate_all(told, rated)
    pool, photos = read_unrated(asked.pool), read_unrated(asked.reference)
    validation = read_inputs(list(photos[::7]), asked.preprocessing)
    calibration = np.concatenate(list(load(pool[:: max(1, len(pool) // CALIBRATION_PHOTOS)], asked.preprocessing)))
    with tempfile.TemporaryDirectory() as folder:
        measured = list(measure(network, platt, calibration, validation, Path(folder)))
        console.print(table(measured))
        check(reference(measured).difference, FLOAT32_BOUND, "the float32 graph")
        limits = Limits(LARGEST[network.architecture])
        chosen = choose(measured, limits)
        check(chosen.difference, limits.probability, chosen.form.name)
        console.print(f"chosen: {chosen.form.name}, {chosen.megabytes:.1f} MB, differs by {chosen.difference}")
        diagram = _diagram(told[knobs.seed], rated)
        figures = _metrics(asked, rated, told[knobs.seed], calibration_error(diagram), knobs.seed)
        manifest = _manifest(asked, chosen, platt, figures, ARCHITECTURES[network.architecture])
        write(asked.out, manifest, chosen, card(manifest, measured, chosen, diagram))
    return manifest


def calibrate_all(told: dict[int, Floats], rated: Rated) -> Platt:
    """One curve for the answers of all seeds: each photo counts once a seed."""
    split = sides(rated, EvaluationConfig.good_share)
    several = Sides(np.tile(split.good, len(told)), np.tile(split.bad, len(told)))
    return calibrate(np.concatenate(list(told.values())), several)


def write(out: Path, manifest: Manifest, chosen: Measured, text: str) -> None:
    """The folder as `publish` takes it."""
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(chosen.file, out / MODEL_FILE)
    (out / MANIFEST_FILE).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (out / CARD_FILE).write_text(text, encoding="utf-8")


def _diagram(told: Floats, rated: Rated) -> tuple[Bin, ...]:
    split = sides(rated, EvaluationConfig.good_share)
    return reliability(cross_fitted(told, split, rated.fold), split)


def _metrics(asked: Export, rated: Rated, told: Floats, error: float, seed: int) -> tuple[Metric, ...]:
    """Of the seed that the shipped network has; a report tells the spread over all."""
    knobs = EvaluationConfig()
    dataset = f"{rated.name}, out of fold"
    found = metrics(told, rated, dataset, knobs)
    found += (Metric(name="expected calibration error", dataset=dataset, value=round(error, 4)),)
    for folder in asked.across:
        other = read_rated(folder)
        of_seed = read_across(asked.run / ACROSS_FILE, other)[seed]
        found += metrics(of_seed, other, f"{rated.name} → {other.name}, never trained on it", knobs, overall=False)
    return found


def _manifest(
    asked: Export, chosen: Measured, platt: Platt, figures: tuple[Metric, ...], architecture: str
) -> Manifest:
    photos, shipped = read_unrated(asked.reference), session(chosen.file)
    scores = np.concatenate([100 * ask(shipped, batch)[0] for batch in load(photos, asked.preprocessing)])
    golden, embedding = ask(shipped, prepare(golden_photo(), asked.preprocessing)[None])
    copies = measure_copy_similarity(photos, shipped, asked.preprocessing).found
    found = Metric(name="changed copies found again", dataset=asked.reference.parent.name, value=round(copies, 4))
    return Manifest(
        name=asked.name,
        version=asked.version,
        architecture=f"{architecture}; weights as {chosen.form.name}",
        embedding_size=embedding.shape[1],
        preprocessing=asked.preprocessing,
        calibration=Calibration(
            method="platt", parameters={"slope": platt.slope, "intercept": platt.intercept}, fitted_on=FITTED_ON
        ),
        reference=Reference(
            dataset=f"{len(scores):,} {REFERENCES.get(asked.reference.parent.name, asked.reference.parent.name)}",
            photos=len(scores),
            score_quantiles=tuple(round(float(q), 4) for q in np.quantile(scores, np.linspace(0, 1, 101))),
        ),
        golden=Golden(probability=round(float(golden[0]), 6)),
        datasets=_datasets(asked, len(photos)),
        metrics=(*figures, found),
        weights_sha256=sha256(chosen.file),
        training_command=asked.command,
        training_commit=commit(),
        created=datetime.now(UTC).date().isoformat(),
        summary=f"{MEANING} {WARNING}".replace("\n", " "),
    )


def _datasets(asked: Export, references: int) -> tuple[DatasetCard, ...]:
    counts = {asked.rated.name: len(read_rated(asked.rated).files), asked.reference.parent.name: references}
    counts[asked.pool.parent.name] = len(read_unrated(asked.pool))
    counts |= {folder.name: len(read_rated(folder).files) for folder in asked.across}
    unknown = ("other", "not stated", "a folder of the user's")
    cards = {name: (count, *CARDS.get(name, unknown)) for name, count in counts.items()}
    return tuple(
        DatasetCard(name=name, photos=count, role=role, licence=licence, source=source)
        for name, (count, role, licence, source) in cards.items()
    )
