"""The manifest of an exported run: metrics, percentiles, golden photo, data sets and provenance."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from critic_core.contracts.critique import PhotoKind
from critic_core.contracts.manifest import (
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
from critic_training.data.photo_sets import Floats, RatedPhotos, read_rated, read_unrated
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.copy_retrieval import measure_copy_similarity
from critic_training.evaluation.manifest_metrics import metrics
from critic_training.evaluation.onnx_model import open_session, predict, predict_files
from critic_training.evaluation.rated_reference import read_reference, reference_metrics
from critic_training.evaluation.reliability import Bin, calibration_error
from critic_training.evaluation.served_scores import served_scores
from critic_training.export.card import MEANING, WARNING
from critic_training.export.dataset_cards import CARDS, REFERENCES
from critic_training.export.measure import Measured, Served
from critic_training.export.model_folder import commit, sha256
from critic_training.runs.predictions import ACROSS_FILE, read_across

ARCHITECTURES = {
    "alexnet": "AlexNet (torchvision layout), two outputs",
    "alexnet-maps": "AlexNet's convolutions, statistics and grid of their maps and a hidden layer, two outputs",
    "efficientnet-lite0": "EfficientNet-Lite0, two outputs",
    "efficientnet-lite2-maps": "EfficientNet-Lite2, statistics and grid of its maps and a hidden layer, two outputs",
}
FITTED_ON = "out-of-fold answers of the training run"


@dataclass(frozen=True)
class ExportRequest:
    """A finished run and the data of its description. `pool` and `reference` are tables of photos without ratings."""

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
    more: tuple[Path, ...] = ()
    """Further tables of training photos."""
    ratings: Path | None = None
    """Folder of ratings of the pool and of the reference photos."""


def build_manifest(
    request: ExportRequest, architecture: str, chosen: Measured, served: Served, figures: tuple[Metric, ...]
) -> Manifest:
    """Scores the reference photos with the chosen form."""
    photos, shipped, platt, scale = (
        read_unrated(request.reference),
        open_session(chosen.file),
        served.platt,
        served.scale,
    )
    probability, kinds = predict_files(shipped, photos, request.preprocessing)
    rated = read_reference(request.ratings, request.reference, photos) if request.ratings else None
    figures += tuple(reference_metrics(rated, probability, kinds, scale)) if rated else ()
    golden, embedding = predict(shipped, prepare(golden_photo(), request.preprocessing)[None])
    copies = measure_copy_similarity(photos, shipped, request.preprocessing).found
    reference = request.reference.parent.name
    return Manifest(
        name=request.name,
        version=request.version,
        architecture=f"{ARCHITECTURES[architecture]}; weights as {chosen.form.name}",
        embedding_size=embedding.shape[1],
        preprocessing=request.preprocessing,
        calibration=Calibration(
            method="platt", parameters={"slope": platt.slope, "intercept": platt.intercept}, fitted_on=FITTED_ON
        ),
        scale=scale,
        kinds=tuple(PhotoKind) if kinds is not None else (),
        reference=_reference(reference, served_scores(probability, scale)),
        golden=Golden(probability=round(float(golden[0]), 6)),
        datasets=_datasets(request, len(photos)),
        metrics=(*figures, Metric(name="changed copies found again", dataset=reference, value=round(copies, 4))),
        weights_sha256=sha256(chosen.file),
        training_command=request.command,
        training_commit=commit(),
        created=datetime.now(UTC).date().isoformat(),
        summary=f"{MEANING} {WARNING}".replace("\n", " "),
    )


def run_metrics(
    request: ExportRequest, rated: RatedPhotos, predicted: Floats, diagram: tuple[Bin, ...], seed: int
) -> tuple[Metric, ...]:
    """Of the shipped network's seed; a report has the spread over all seeds."""
    config, dataset = EvaluationConfig(), f"{rated.name}, out of fold"
    found = metrics(predicted, rated, dataset, config)
    error = round(calibration_error(diagram), 4)
    found += (Metric(name="expected calibration error", dataset=dataset, value=error),)
    for folder in request.across:
        test = read_rated(folder)
        transferred = read_across(request.run / ACROSS_FILE, test)[seed]
        found += metrics(transferred, test, f"{rated.name} → {test.name}, never trained on it", config, overall=False)
    return found


def _reference(name: str, scores: Floats) -> Reference:
    return Reference(
        dataset=f"{len(scores):,} {REFERENCES.get(name, name)}",
        photos=len(scores),
        score_quantiles=tuple(round(float(q), 4) for q in np.quantile(scores, np.linspace(0, 1, 101))),
    )


def _datasets(request: ExportRequest, references: int) -> tuple[DatasetCard, ...]:
    counts = {request.rated.name: len(read_rated(request.rated).files), request.reference.parent.name: references}
    counts |= {table.parent.name: len(read_unrated(table)) for table in (request.pool, *request.more)}
    counts |= {folder.name: len(read_rated(folder).files) for folder in request.across}
    unknown = ("other", "not stated", "a folder of the user's")
    cards = {name: (count, *CARDS.get(name, unknown)) for name, count in counts.items()}
    return tuple(
        DatasetCard(name=name, photos=count, role=role, licence=licence, source=source)
        for name, (count, role, licence, source) in cards.items()
    )
