"""Distillation on unlabelled photos: a stronger network teaches fc6, fc7 and the convolutions below them."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from critic_training.data.photo_cache import PhotoSubset
from critic_training.data.photo_sets import Inputs, Positions
from critic_training.finetune.evaluator import LossEvaluator
from critic_training.finetune.loop import TrainingJob, fit
from critic_training.finetune.photo_source import Degrade, PhotoSource, no_annotations
from critic_training.finetune.precision import compute_dtype
from critic_training.finetune.process_group import ProcessGroupRank
from critic_training.finetune.student import Teachers
from critic_training.finetune.teachers import fit_targets, open_teacher
from critic_training.networks.registry import pretrained
from critic_training.runs.checkpoint import BEST_FILE, RESUME_FILE, load_network, write_best
from critic_training.runs.configuration import Configuration, EarlyStoppingMetric
from critic_training.runs.embedding import SAMPLE, fit_embedding
from critic_training.runs.progress import Progress

DISTILLATION = Configuration(
    cross_entropy=0.0,
    distil=1.0,
    early_stopping_metric=EarlyStoppingMetric.loss,
    iterations=6000,
    batch_size=64,
    validate_every=250,
    checkpoint_every=250,
    learning_rate=0.005,  # more than in fine-tuning: thousands of photos with thousands of targets each
    warmup=100,
    max_gradient_norm=5.0,  # new fc6 and fc7 have large gradients at first
    dropout=0.0,  # the teacher's targets have no noise to overfit to
    crop=0.3,
    colour=0.2,  # the teacher gets the same view, so strong augmentation does no harm
)
"""Values other than the defaults of fine-tuning have their rationale beside them."""

HELD_OUT = 0.05
"""Fraction of the pool for validation."""


@dataclass(frozen=True)
class Distillation:
    """`photos`: the pool; `components`: principal components of the targets, None for all targets."""

    config: Configuration
    photos: Inputs
    weights: Path | None
    teachers: tuple[str, ...]
    components: int | None
    out: Path
    degrade: Degrade | None = None
    process: ProcessGroupRank = field(default_factory=ProcessGroupRank)
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))


def distil(run: Distillation, progress: Progress) -> None:
    """Writes `checkpoint.pt`, `configuration.json` and `curves.csv`; resumes an interrupted run."""
    config, (held_out, training) = run.config, split(len(run.photos), run.config.seed)
    torch.manual_seed(config.seed)
    network = pretrained(config.arch, run.weights, config.embedding_size)
    networks = [open_teacher(name) for name in run.teachers]
    targets = fit_targets(networks, run.photos, training[:SAMPLE], run.components)
    teachers = Teachers(targets.to(run.device))
    with progress.task(f"distilling into {config.arch}", config.iterations) as advance:
        job = TrainingJob(
            network=network,
            config=config,
            source=_source(run, training, config, run.process),
            folder=run.out,
            evaluator=_evaluator(run, held_out, teachers),
            teachers=teachers,
            target_count=targets.weight.shape[1],
            process=run.process,
            device=run.device,
            advance=advance,
        )
        fit(job)
    if run.process.is_main:
        _finish(run, training[:SAMPLE])


def split(photos: int, seed: int) -> tuple[Positions, Positions]:
    """Held-out photos, and training photos."""
    order = np.random.default_rng(seed).permutation(photos)
    count = max(1, round(HELD_OUT * photos))
    return order[:count], order[count:]


def _source(run: Distillation, numbers: Positions, config: Configuration, process: ProcessGroupRank) -> PhotoSource:
    photos = PhotoSubset(run.photos, numbers)
    return PhotoSource(photos, no_annotations(len(numbers)), config, config.batch_size, process, 0, run.degrade)


def _evaluator(run: Distillation, held_out: Positions, teachers: Teachers) -> LossEvaluator:
    """One pass over the held-out photos, without augmentation."""
    plain = run.config.replace(mirror=False, crop=0.0, stretch=0.0, colour=0.0, workers=0)
    iterations = max(1, len(held_out) // plain.batch_size)
    source, dtype = _source(run, held_out, plain, ProcessGroupRank()), compute_dtype(plain.precision, run.device)
    return LossEvaluator(source, iterations, teachers, plain, dtype)


def _finish(run: Distillation, sample: Positions) -> None:
    network, config = load_network(run.out / BEST_FILE)
    fit_embedding(network.to(run.device), run.photos, sample)
    write_best(run.out, network.cpu(), config, {"taught_by": list(run.teachers)})
    (run.out / RESUME_FILE).unlink(missing_ok=True)
