"""The paper's own training: millions of photos from shards, labelled by popularity; one run, judged on other shards."""

from dataclasses import dataclass
from pathlib import Path

import torch

from critic_training.finetune.evaluator import LossJudge
from critic_training.finetune.loop import Job, fit
from critic_training.finetune.photo_source import Share
from critic_training.finetune.precision import compute_type
from critic_training.finetune.shard_source import Label, ShardSource
from critic_training.finetune.student import Teachers
from critic_training.networks.registry import pretrained
from critic_training.runs.checkpoint import RESUME_FILE
from critic_training.runs.configuration import Configuration, Watch
from critic_training.runs.progress import Progress

POPULARITY = Configuration(
    iterations=450_000,  # as in the paper
    watch=Watch.loss,
    validate_every=5_000,
    save_every=5_000,
    patience=10,
    workers=8,
)


@dataclass(frozen=True)
class Popularity:
    """`judged` batches of the validation shards are a look."""

    knobs: Configuration
    shards: tuple[Path, ...]
    validation: tuple[Path, ...]
    label: Label
    weights: Path | None
    out: Path
    share: Share
    device: torch.device
    judged: int = 100


def learn_popularity(asked: Popularity, progress: Progress) -> ShardSource:
    """Writes `checkpoint.pt` and `curves.csv`; goes on where it was interrupted. Returns the source, which counted."""
    torch.manual_seed(asked.knobs.seed)
    network = pretrained(asked.knobs.arch, asked.weights, asked.knobs.embedding_size)
    source = ShardSource(asked.shards, asked.knobs, asked.label, asked.share)
    with progress.task("learning popularity", asked.knobs.iterations) as advance:
        fit(
            Job(
                network=network,
                knobs=asked.knobs,
                source=source,
                folder=asked.out,
                judge=_judge(asked),
                share=asked.share,
                device=asked.device,
                advance=advance,
            )
        )
    if asked.share.rank == 0:
        (asked.out / RESUME_FILE).unlink(missing_ok=True)
    return source


def _judge(asked: Popularity) -> LossJudge:
    """The same photos each time, as they are."""
    plain = asked.knobs.changed(mirror=False, crop=0.0, stretch=0.0, colour=0.0)
    source = ShardSource(asked.validation, plain, asked.label)
    return LossJudge(source, asked.judged, Teachers(), plain, compute_type(plain.precision, asked.device))
