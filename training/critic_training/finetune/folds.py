"""Cross-validation of fine-tuning: no network is trained on, or selected by, the fold that it predicts.

For each seed and each fold F: train on all folds except F and the next fold V; V stops the run and selects its best
iteration; ratings of F are predicted. The network that ships is then trained on all folds, for the median of the best
iterations.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from critic_training.data.photo_sets import Floats, Inputs, Positions, photo_name
from critic_training.finetune.evaluator import RatingEvaluator, predict_ratings
from critic_training.finetune.loop import TrainingJob, fit
from critic_training.finetune.plan import Plan, photo_source
from critic_training.finetune.precision import compute_dtype
from critic_training.finetune.process_group import barrier
from critic_training.finetune.student import Teachers
from critic_training.finetune.teachers import fit_raters, fit_targets, open_teacher
from critic_training.networks.network import Network
from critic_training.networks.registry import pretrained
from critic_training.runs.checkpoint import BEST_FILE, RESUME_FILE, load_network, read, write_best
from critic_training.runs.configuration import Configuration
from critic_training.runs.embedding import SAMPLE, fit_embedding
from critic_training.runs.predictions import (
    ACROSS_FILE,
    ACROSS_HEADER,
    OUT_OF_FOLD_FILE,
    OUT_OF_FOLD_HEADER,
    format_rating,
    write_rows,
)
from critic_training.runs.progress import Progress

OUTCOME_FILE = "outcome.json"


@dataclass(frozen=True)
class LoopRun:
    """Photos, folder, evaluator and, if earlier than the schedule's, last iteration of one run of the loop."""

    title: str
    numbers: Positions
    folder: Path
    evaluator: RatingEvaluator | None = None
    last_step: int | None = None


def run_folds(plan: Plan, progress: Progress) -> None:
    """Every seed and fold without an outcome; then `out_of_fold.csv`."""
    folds = np.unique(plan.library.rated.fold)
    for seed in plan.seeds:
        for fold in folds:
            folder = fold_folder(plan.out, seed, int(fold))
            if not (folder / OUTCOME_FILE).exists():
                _run_fold(plan, plan.config.replace(seed=seed), int(fold), folder, progress)
            barrier(plan.process)
    if plan.process.is_main:
        write_out_of_fold(plan)


def run_final(plan: Plan, progress: Progress) -> None:
    """The network trained on all folds, `checkpoint.pt`, and its ratings of the evaluation sets, `across.csv`."""
    config = plan.config.replace(seed=plan.seeds[0])
    last_step = median_best(plan)
    everything = np.arange(len(plan.library.rated.score))
    title = f"all folds, {last_step} iterations"
    _fit(plan, config, LoopRun(title, everything, plan.out, last_step=last_step), progress)
    if plan.process.is_main:
        network = _finish(plan, config)
        _write_across(plan, network, config.seed)
    barrier(plan.process)


def fold_folder(out: Path, seed: int, fold: int) -> Path:
    """The folder of one fold's run."""
    return out / f"seed-{seed}" / f"fold-{fold}"


def median_best(plan: Plan) -> int:
    """The median of the best iterations on validation folds: independent of the test folds."""
    outcomes = plan.out.glob(f"seed-*/fold-*/{OUTCOME_FILE}")
    best = [_read_outcome(file)["best_iteration"] for file in outcomes]
    return int(np.median(best)) if best else plan.config.iterations


def write_out_of_fold(plan: Plan) -> None:
    """Predictions of all completed seeds and folds."""
    rows: list[tuple[str, int, int, str]] = []
    rated = plan.library.rated
    for seed in plan.seeds:
        for fold in np.unique(rated.fold):
            ratings = _read_outcome(fold_folder(plan.out, seed, int(fold)) / OUTCOME_FILE)["ratings"]
            names = (photo_name(rated.files[number]) for number in np.flatnonzero(rated.fold == fold))
            rows += [(name, seed, int(fold), format_rating(v)) for name, v in zip(names, ratings, strict=True)]
    write_rows(plan.out / OUT_OF_FOLD_FILE, OUT_OF_FOLD_HEADER, rows)


def _run_fold(plan: Plan, config: Configuration, fold: int, folder: Path, progress: Progress) -> None:
    rated = plan.library.rated
    validation_fold = next_fold(np.unique(rated.fold), fold)
    test, validation = np.flatnonzero(rated.fold == fold), np.flatnonzero(rated.fold == validation_fold)
    training = np.flatnonzero((rated.fold != fold) & (rated.fold != validation_fold))
    title = f"seed {config.seed}, fold {fold}"
    evaluator = _evaluator(plan, config, validation)
    best_step = _fit(plan, config, LoopRun(title, training, folder, evaluator), progress)
    trained = folder
    if config.refit:
        both, trained = np.concatenate([training, validation]), folder / "refit"
        _fit(plan, config, LoopRun(f"{title}, refit", both, trained, last_step=best_step), progress)
    if plan.process.is_main:
        network, _ = load_network(trained / BEST_FILE)
        _write_outcome(folder, best_step, predict_ratings(network.to(plan.device), plan.library.images, test))


def _evaluator(plan: Plan, config: Configuration, validation: Positions) -> RatingEvaluator:
    rated, dtype = plan.library.rated, compute_dtype(config.precision, plan.device)
    category = rated.category_numbers()[validation]
    return RatingEvaluator(plan.library.images, validation, rated.score[validation], category, dtype)


def next_fold(folds: Positions, fold: int) -> int:
    """The validation fold of a test fold: the next one, cyclically. Raises ValueError for fewer than three."""
    if len(folds) < 3:
        raise ValueError("training, validation and test need three folds at least")
    return int(folds[(list(folds).index(fold) + 1) % len(folds)])


def _fit(plan: Plan, config: Configuration, run: LoopRun, progress: Progress) -> int:
    torch.manual_seed(config.seed)
    network = pretrained(config.arch, plan.weights, config.embedding_size)
    teachers, target_count = _teachers(plan, run)
    with progress.task(run.title, run.last_step or config.iterations) as advance:
        job = TrainingJob(
            network=network,
            config=config,
            source=photo_source(plan, config, run.numbers),
            folder=run.folder,
            evaluator=run.evaluator,
            teachers=teachers,
            target_count=target_count,
            process=plan.process,
            device=plan.device,
            advance=advance,
            last_step=run.last_step,
        )
        state = fit(job)
    if plan.process.is_main:
        (run.folder / RESUME_FILE).unlink(missing_ok=True)
    return state.best_step


def _teachers(plan: Plan, run: LoopRun) -> tuple[Teachers, int]:
    """Raters of a fold are those of the same seed and fold: not trained on its test photos."""
    targets = raters = None
    if plan.teachers:
        photos, sample = _unlabelled(plan)
        teachers = [open_teacher(name) for name in plan.teachers]
        targets = fit_targets(teachers, photos, sample, plan.components).to(plan.device)
    if plan.raters:
        fold = _without_refit(run.folder.relative_to(plan.out))
        networks = [load_network(rater / fold / BEST_FILE)[0] for rater in plan.raters]
        raters = fit_raters(networks, plan.library.images, run.numbers).to(plan.device)
    return Teachers(targets, raters), targets.weight.shape[1] if targets else 0


def _without_refit(folder: Path) -> Path:
    return folder.parent if folder.name == "refit" else folder


def _unlabelled(plan: Plan) -> tuple[Inputs, Positions]:
    photos = plan.library.pool if len(plan.library.pool) else plan.library.images
    return photos, np.random.default_rng(0).permutation(len(photos))[:SAMPLE]


def _finish(plan: Plan, config: Configuration) -> Network:
    """Fit the embedding, which has no gradient."""
    network, _ = load_network(plan.out / BEST_FILE)
    fit_embedding(network.to(plan.device), *_unlabelled(plan))
    metadata = {"iteration": read(plan.out / BEST_FILE)["iteration"]}
    write_best(plan.out, network.cpu(), config, metadata)
    return network.to(plan.device)


def _write_across(plan: Plan, network: Network, seed: int) -> None:
    rows = []
    for name, (photos, images) in plan.library.across.items():
        ratings = predict_ratings(network, images, np.arange(len(images)))
        rows += [
            (name, photo_name(file), seed, format_rating(v)) for file, v in zip(photos.files, ratings, strict=True)
        ]
    write_rows(plan.out / ACROSS_FILE, ACROSS_HEADER, rows)


def _write_outcome(folder: Path, best_step: int, ratings: Floats) -> None:
    content = {"best_iteration": best_step, "ratings": [round(float(value), 6) for value in ratings]}
    (folder / OUTCOME_FILE).write_text(json.dumps(content), encoding="utf-8")


def _read_outcome(file: Path) -> dict[str, Any]:
    outcome: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return outcome
