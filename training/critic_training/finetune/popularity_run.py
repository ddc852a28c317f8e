"""The paper's training: millions of photos from shards, labelled by popularity; one run, validated on other shards."""

from dataclasses import dataclass
from pathlib import Path

import torch

from critic_training.finetune.evaluator import LossEvaluator
from critic_training.finetune.loop import TrainingJob, fit
from critic_training.finetune.precision import compute_dtype
from critic_training.finetune.process_group import ProcessGroupRank
from critic_training.finetune.shard_source import Label, ShardSource
from critic_training.finetune.student import Teachers
from critic_training.networks.registry import pretrained
from critic_training.runs.checkpoint import RESUME_FILE
from critic_training.runs.configuration import Configuration, EarlyStoppingMetric
from critic_training.runs.progress import Progress

POPULARITY = Configuration(
    iterations=450_000,  # as in the paper
    early_stopping_metric=EarlyStoppingMetric.loss,
    validate_every=5_000,
    checkpoint_every=5_000,
    early_stopping_rounds=10,
    workers=8,
)


@dataclass(frozen=True)
class PopularityRun:
    """A validation takes `validation_batches` batches of the validation shards."""

    config: Configuration
    shards: tuple[Path, ...]
    validation: tuple[Path, ...]
    label: Label
    weights: Path | None
    out: Path
    process: ProcessGroupRank
    device: torch.device
    validation_batches: int = 100


def train_on_popularity(run: PopularityRun, progress: Progress) -> ShardSource:
    """Writes `checkpoint.pt` and `curves.csv`; resumes an interrupted run. Returns the source with its counters."""
    torch.manual_seed(run.config.seed)
    network = pretrained(run.config.arch, run.weights, run.config.embedding_size)
    source = ShardSource(run.shards, run.config, run.label, run.process)
    with progress.task("training on popularity", run.config.iterations) as advance:
        job = TrainingJob(
            network=network,
            config=run.config,
            source=source,
            folder=run.out,
            evaluator=_evaluator(run),
            process=run.process,
            device=run.device,
            advance=advance,
        )
        fit(job)
    if run.process.is_main:
        (run.out / RESUME_FILE).unlink(missing_ok=True)
    return source


def _evaluator(run: PopularityRun) -> LossEvaluator:
    """The same photos in every validation, without augmentation."""
    plain = run.config.replace(mirror=False, crop=0.0, stretch=0.0, colour=0.0)
    source, dtype = ShardSource(run.validation, plain, run.label), compute_dtype(plain.precision, run.device)
    return LossEvaluator(source, run.validation_batches, Teachers(), plain, dtype)
