"""Distillation on unlabelled photos: a stronger network teaches fc6, fc7 and the convolutions below them."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from critic_training.data.photo_sets import Inputs
from critic_training.finetune.embed import fit_embedding
from critic_training.finetune.evaluator import LossJudge
from critic_training.finetune.loop import Job, fit
from critic_training.finetune.photo_source import Degrade, PhotoSource, Share, nothing_known
from critic_training.finetune.plan import Chosen
from critic_training.finetune.precision import compute_type
from critic_training.finetune.student import Teachers
from critic_training.finetune.teachers import Numbers, fit_targets, named
from critic_training.networks.registry import pretrained
from critic_training.runs.checkpoint import BEST_FILE, RESUME_FILE, load_network, write_best
from critic_training.runs.configuration import Configuration, Watch
from critic_training.runs.progress import Progress

DISTILLATION = Configuration(
    cross_entropy=0.0,
    distil=1.0,
    watch=Watch.loss,
    iterations=6000,
    batch=64,
    validate_every=250,
    save_every=250,
    rate=0.005,  # more than fine-tuning's: thousands of photos with thousands of targets each
    warmup=100,
    largest_gradient=5.0,  # new fc6 and fc7 have large gradients at first
    dropout=0.0,  # the teacher's targets are exact: there is no noise to overfit to
    crop=0.3,
    colour=0.2,  # the teacher sees the same view, so any view is a good question
)
"""Where these differ from the defaults of fine-tuning, the reason is beside them."""

SAMPLE = 3000
HELD_OUT = 0.05  # of the pool, to judge by


@dataclass(frozen=True)
class Distillation:
    """`photos` are the pool; `size` is the number of principal components, None for all targets."""

    knobs: Configuration
    photos: Inputs
    weights: Path | None
    teachers: tuple[str, ...]
    size: int | None
    out: Path
    degrade: Degrade | None = None
    share: Share = field(default_factory=Share)
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))


def distil(asked: Distillation, progress: Progress) -> None:
    """Writes `checkpoint.pt`, `configuration.json` and `curves.csv`; goes on where it was interrupted."""
    knobs, (held, learnt) = asked.knobs, split(len(asked.photos), asked.knobs.seed)
    torch.manual_seed(knobs.seed)
    network = pretrained(knobs.arch, asked.weights, knobs.embedding_size)
    targets = fit_targets([named(name) for name in asked.teachers], asked.photos, learnt[:SAMPLE], asked.size)
    teachers = Teachers(targets.to(asked.device))
    with progress.task(f"distilling into {knobs.arch}", knobs.iterations) as advance:
        fit(
            Job(
                network=network,
                knobs=knobs,
                source=_source(asked, learnt, knobs, asked.share),
                folder=asked.out,
                judge=_judge(asked, held, teachers),
                teachers=teachers,
                targets=targets.weight.shape[1],
                share=asked.share,
                device=asked.device,
                advance=advance,
            )
        )
    if asked.share.rank == 0:
        _finish(asked, learnt[:SAMPLE])


def split(photos: int, seed: int) -> tuple[Numbers, Numbers]:
    """Held out, and learnt from."""
    order = np.random.default_rng(seed).permutation(photos)
    count = max(1, round(HELD_OUT * photos))
    return order[:count], order[count:]


def _source(asked: Distillation, numbers: Numbers, knobs: Configuration, share: Share) -> PhotoSource:
    photos = Chosen(asked.photos, numbers)
    return PhotoSource(photos, nothing_known(len(numbers)), knobs, knobs.batch, share, 0, asked.degrade)


def _judge(asked: Distillation, held: Numbers, teachers: Teachers) -> LossJudge:
    """Once over the held-out photos, as they are."""
    plain = asked.knobs.changed(mirror=False, crop=0.0, stretch=0.0, colour=0.0, workers=0)
    iterations = max(1, len(held) // plain.batch)
    return LossJudge(
        _source(asked, held, plain, Share()), iterations, teachers, plain, compute_type(plain.precision, asked.device)
    )


def _finish(asked: Distillation, sample: Numbers) -> None:
    network, knobs = load_network(asked.out / BEST_FILE)
    fit_embedding(network.to(asked.device), asked.photos, sample)
    write_best(asked.out, network.cpu(), knobs, {"taught_by": list(asked.teachers)})
    (asked.out / RESUME_FILE).unlink(missing_ok=True)
