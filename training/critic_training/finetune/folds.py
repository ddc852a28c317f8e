"""The fixed protocol: every fold is answered about by a network that neither learnt from it nor chose anything by it.

For each seed and each fold F: learn from all folds but F and the next one, V; V stops the run and picks its best
iteration; F is only answered about. The shipped network then learns from all folds, for the median of those best
iterations. Rows of `out_of_fold.csv` are file, seed, fold, rating; of `across.csv` dataset, file, seed, rating.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from critic_training.data.photo_sets import Floats
from critic_training.finetune.embed import fit_embedding
from critic_training.finetune.evaluator import RatedJudge, ratings
from critic_training.finetune.loop import Job, fit
from critic_training.finetune.plan import Plan, category_numbers, source_of
from critic_training.finetune.precision import compute_type
from critic_training.finetune.process_group import wait
from critic_training.finetune.student import Teachers
from critic_training.finetune.teachers import Numbers, fit_raters, fit_targets, named
from critic_training.networks.network import Network
from critic_training.networks.registry import pretrained
from critic_training.runs.checkpoint import BEST_FILE, RESUME_FILE, load_network, read, write_best
from critic_training.runs.configuration import Configuration
from critic_training.runs.predictions import (
    ACROSS_FILE,
    ACROSS_HEADER,
    OUT_OF_FOLD_FILE,
    OUT_OF_FOLD_HEADER,
    photo_name,
    write_rows,
)
from critic_training.runs.progress import Progress

OUTCOME_FILE = "outcome.json"
SAMPLE = 3000  # photos that teachers and the embedding are standardised on: more change nothing


@dataclass(frozen=True)
class Lesson:
    """One run of the loop: which photos to learn from, what to look at, and where to stop on the schedule."""

    title: str
    numbers: Numbers
    folder: Path
    judge: RatedJudge | None = None
    until: int | None = None


def run_folds(plan: Plan, progress: Progress) -> None:
    """Every seed and fold that has no outcome yet; then `out_of_fold.csv`."""
    folds = np.unique(plan.library.rated.fold)
    for seed in plan.seeds:
        for fold in folds:
            folder = fold_folder(plan.out, seed, int(fold))
            if not (folder / OUTCOME_FILE).exists():
                _run_fold(plan, plan.knobs.changed(seed=seed), int(fold), folder, progress)
            wait(plan.share)
    if plan.share.rank == 0:
        write_out_of_fold(plan)


def run_final(plan: Plan, progress: Progress) -> None:
    """The network that learns from all folds, `checkpoint.pt`, and its answers about the other sets, `across.csv`."""
    knobs = plan.knobs.changed(seed=plan.seeds[0])
    until = median_best(plan)
    everything = np.arange(len(plan.library.rated.score))
    _fit(plan, knobs, Lesson(f"all folds, {until} iterations", everything, plan.out, until=until), progress)
    if plan.share.rank == 0:
        network = _finish(plan, knobs)
        _write_across(plan, network, knobs.seed)
    wait(plan.share)


def fold_folder(out: Path, seed: int, fold: int) -> Path:
    """Where one fold's run lies."""
    return out / f"seed-{seed}" / f"fold-{fold}"


def median_best(plan: Plan) -> int:
    """Of the best iterations that validation folds picked: known without any test fold."""
    found = plan.out.glob(f"seed-*/fold-*/{OUTCOME_FILE}")
    best = [json.loads(file.read_text(encoding="utf-8"))["best_iteration"] for file in found]
    return int(np.median(best)) if best else plan.knobs.iterations


def write_out_of_fold(plan: Plan) -> None:
    """Of all seeds and folds that are done."""
    rows: list[tuple[str, int, int, str]] = []
    rated = plan.library.rated
    for seed in plan.seeds:
        for fold in np.unique(rated.fold):
            told = json.loads((fold_folder(plan.out, seed, int(fold)) / OUTCOME_FILE).read_text(encoding="utf-8"))
            names = (photo_name(rated.files[number]) for number in np.flatnonzero(rated.fold == fold))
            rows += [(name, seed, int(fold), f"{v:.6f}") for name, v in zip(names, told["ratings"], strict=True)]
    write_rows(plan.out / OUT_OF_FOLD_FILE, OUT_OF_FOLD_HEADER, rows)


def _run_fold(plan: Plan, knobs: Configuration, fold: int, folder: Path, progress: Progress) -> None:
    rated = plan.library.rated
    validation = next_fold(np.unique(rated.fold), fold)
    held, judged = np.flatnonzero(rated.fold == fold), np.flatnonzero(rated.fold == validation)
    learnt = np.flatnonzero((rated.fold != fold) & (rated.fold != validation))
    kind = compute_type(knobs.precision, plan.device)
    judge = RatedJudge(plan.library.images, judged, rated.score[judged], category_numbers(rated)[judged], kind)
    title = f"seed {knobs.seed}, fold {fold}"
    best = _fit(plan, knobs, Lesson(title, learnt, folder, judge), progress)
    if knobs.refit:
        both = np.concatenate([learnt, judged])
        _fit(plan, knobs, Lesson(f"{title}, again", both, folder / "refit", until=best), progress)
    if plan.share.rank == 0:
        network, _ = load_network((folder / "refit" if knobs.refit else folder) / BEST_FILE)
        _write_outcome(folder, best, ratings(network.to(plan.device), plan.library.images, held))


def next_fold(folds: Numbers, fold: int) -> int:
    """The validation fold of a test fold: the one after it, in a circle. Raises ValueError for fewer than three."""
    if len(folds) < 3:
        raise ValueError("to test, validate and learn takes three folds at least")
    return int(folds[(list(folds).index(fold) + 1) % len(folds)])


def _fit(plan: Plan, knobs: Configuration, lesson: Lesson, progress: Progress) -> int:
    torch.manual_seed(knobs.seed)
    network = pretrained(knobs.arch, plan.weights, knobs.embedding_size)
    teachers, targets = _teachers(plan, lesson)
    with progress.task(lesson.title, lesson.until or knobs.iterations) as advance:
        job = Job(
            network=network,
            knobs=knobs,
            source=source_of(plan, knobs, lesson.numbers),
            folder=lesson.folder,
            judge=lesson.judge,
            teachers=teachers,
            targets=targets,
            share=plan.share,
            device=plan.device,
            advance=advance,
            until=lesson.until,
        )
        course = fit(job)
    if plan.share.rank == 0:
        (lesson.folder / RESUME_FILE).unlink(missing_ok=True)
    return course.best_iteration


def _teachers(plan: Plan, lesson: Lesson) -> tuple[Teachers, int]:
    """Raters of a fold's run are those of the same seed and fold: they never saw its test photos."""
    targets = raters = None
    if plan.teachers:
        photos, sample = _unlabelled(plan)
        targets = fit_targets([named(name) for name in plan.teachers], photos, sample, plan.targets).to(plan.device)
    if plan.raters:
        own = lesson.folder.relative_to(plan.out)
        networks = [load_network(rater / _without_refit(own) / BEST_FILE)[0] for rater in plan.raters]
        raters = fit_raters(networks, plan.library.images, lesson.numbers).to(plan.device)
    return Teachers(targets, raters), targets.weight.shape[1] if targets else 0


def _without_refit(folder: Path) -> Path:
    return folder.parent if folder.name == "refit" else folder


def _unlabelled(plan: Plan) -> tuple[np.ndarray, Numbers]:
    photos = plan.library.pool if len(plan.library.pool) else plan.library.images
    return photos, np.random.default_rng(0).permutation(len(photos))[:SAMPLE]


def _finish(plan: Plan, knobs: Configuration) -> Network:
    """Fit the embedding, which no gradient touches."""
    network, _ = load_network(plan.out / BEST_FILE)
    fit_embedding(network.to(plan.device), *_unlabelled(plan))
    facts = {"iteration": read(plan.out / BEST_FILE)["iteration"]}
    write_best(plan.out, network.cpu(), knobs, facts)
    return network.to(plan.device)


def _write_across(plan: Plan, network: Network, seed: int) -> None:
    rows = []
    for name, (rated, images) in plan.library.across.items():
        told = ratings(network, images, np.arange(len(images)))
        rows += [(name, photo_name(file), seed, f"{v:.6f}") for file, v in zip(rated.files, told, strict=True)]
    write_rows(plan.out / ACROSS_FILE, ACROSS_HEADER, rows)


def _write_outcome(folder: Path, best: int, told: Floats) -> None:
    content = {"best_iteration": best, "ratings": [round(float(value), 6) for value in told]}
    (folder / OUTCOME_FILE).write_text(json.dumps(content), encoding="utf-8")
