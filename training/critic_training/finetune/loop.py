"""The one loop, of fine-tuning and of distillation: batch, losses, step; now and then a look and a checkpoint.

What an iteration draws by chance depends on the seed and its number alone, so a run that was interrupted ends with the
very weights that an uninterrupted one has.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor, nn

from critic_training.finetune.batch import Batch, Source
from critic_training.finetune.curves import Curves
from critic_training.finetune.evaluator import Judge
from critic_training.finetune.losses import losses, weighted
from critic_training.finetune.optimiser import set_rate
from critic_training.finetune.photo_source import Share
from critic_training.finetune.precision import arrange, autocast, compute_type
from critic_training.finetune.process_group import agreed, together, wait
from critic_training.finetune.student import Student, Teachers, answer, prepare_training, training_mode
from critic_training.finetune.train_state import Course, start
from critic_training.networks.network import Network
from critic_training.runs import checkpoint
from critic_training.runs.configuration import Configuration


class DivergedError(ArithmeticError):
    """The loss is not a number any more: a smaller rate, or a warm-up, helps."""


@dataclass(frozen=True)
class Job:
    """What to learn from, whom to ask, and where to write. Without a judge the last weights are kept."""

    network: Network
    knobs: Configuration
    source: Source
    folder: Path
    judge: Judge | None = None
    teachers: Teachers = field(default_factory=Teachers)
    targets: int = 0
    share: Share = field(default_factory=Share)
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    until: int | None = None  # stop there, on the schedule of `knobs.iterations`
    advance: Callable[[int], object] = int  # told the number of each iteration that is done


def fit(job: Job) -> Course:
    """Train, or go on where `resume.pt` in the folder says; writes `checkpoint.pt` and `curves.csv`.

    Raises DivergedError, and ValueError for knobs that fit neither device nor processes.
    """
    torch.manual_seed(job.knobs.seed)
    student = Student(job.network, job.targets).to(job.device)
    prepare_training(student, job.knobs)
    kind = compute_type(job.knobs.precision, job.device)
    arrange(student, kind)
    course = start(student, job.knobs, half=kind is torch.float16)
    _resume(job, course)
    _train(job, course, together(student, job.share, job.device), kind)
    wait(job.share)
    return course


def _resume(job: Job, course: Course) -> None:
    job.folder.mkdir(parents=True, exist_ok=True)
    stored = job.folder / checkpoint.RESUME_FILE
    if not stored.exists():
        return
    state = checkpoint.read(stored, job.device)
    if state.pop("configuration") != job.knobs.to_dict():
        raise ValueError(f"{stored} is of a run with other knobs: choose another folder, or delete it")
    course.take(state)


def _train(job: Job, course: Course, module: nn.Module, kind: torch.dtype) -> None:
    knobs, seen = job.knobs, _Seen()
    curves = Curves(job.folder, course.iteration) if job.share.rank == 0 else None
    end = min(job.until or knobs.iterations, knobs.iterations)
    left = 0 if course.tired(knobs.patience) else end - course.iteration
    saved = course.iteration
    for batch in islice(job.source.batches(course.iteration), left):
        seen.add(_step(job, course, module, kind, batch))
        job.advance(course.iteration)
        at_end = course.iteration == end
        if course.iteration % knobs.validate_every and not at_end:
            continue
        figures = _look(job, course)
        if curves:
            curves.add({"iteration": course.iteration, **seen.means(), **figures})
        seen = _Seen()
        stop = at_end or course.tired(knobs.patience)
        if stop or course.iteration - saved >= knobs.save_every:
            _save(job, course)
            saved = course.iteration
        if stop:
            break


def _step(job: Job, course: Course, module: nn.Module, kind: torch.dtype, batch: Batch) -> dict[str, Tensor]:
    knobs, share = job.knobs, job.share
    torch.manual_seed(_chance(knobs.seed, course.iteration, share.rank))
    training_mode(course.student, knobs.frozen_statistics)
    rate = set_rate(course.optimiser, course.iteration, knobs)
    with autocast(kind, job.device):
        told, wanted = answer(module, batch.to(job.device), job.teachers, share)
    parts = losses(told, wanted, knobs)
    # Zero times every output: with several processes each parameter needs a gradient, asked about or not.
    loss = weighted(parts, knobs) + 0 * (told.score.sum() + told.degraded.sum() + told.targets.sum())
    course.optimiser.zero_grad()
    torch.autograd.backward(course.scaler.scale(loss * share.world))  # processes' gradients are averaged, not summed
    _clipped_update(course, knobs)
    course.iteration += 1
    course.update_average(knobs.average)
    return {"rate": torch.tensor(rate), "train_loss": loss.detach()} | {
        f"train_{k}": v.detach() for k, v in parts.items()
    }


def _clipped_update(course: Course, knobs: Configuration) -> None:
    if knobs.largest_gradient > 0:
        course.scaler.unscale_(course.optimiser)
        nn.utils.clip_grad_norm_(course.student.parameters(), knobs.largest_gradient)
    course.scaler.step(course.optimiser)
    course.scaler.update()


def _chance(seed: int, iteration: int, rank: int) -> int:
    """Of dropout."""
    return (seed * 1_000_003 + iteration) * 1_009 + rank


def _look(job: Job, course: Course) -> dict[str, float]:
    """Judged by the first process; all hear its figure, so that all stop together."""
    first = job.share.rank == 0
    figures = job.judge(course.judged) if first and job.judge else {}
    watched = figures[job.knobs.watch] if figures else float(course.iteration)
    if course.saw(agreed(watched, job.share, job.device)) and first:
        facts = {"iteration": course.iteration, "figures": figures}
        checkpoint.write_best(job.folder, course.judged.network, job.knobs, facts)
    return {f"validation_{name}": value for name, value in figures.items()}


def _save(job: Job, course: Course) -> None:
    if job.share.rank == 0:
        state = course.state() | {"configuration": job.knobs.to_dict()}
        checkpoint.write(job.folder / checkpoint.RESUME_FILE, state)


class _Seen:
    """Losses since the last look, left on the device until they are asked for."""

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.values: dict[str, list[Tensor]] = defaultdict(list)

    def add(self, parts: dict[str, Tensor]) -> None:
        for name, value in parts.items():
            self.values[name].append(value)

    def means(self) -> dict[str, float]:
        means = {name: float(torch.stack(values).mean()) for name, values in self.values.items()}
        if not all(abs(value) < float("inf") for value in means.values()):
            raise DivergedError(f"the loss is {means['train_loss']}: try a smaller rate, or a warm-up")
        return means | {"seconds": time.perf_counter() - self.began}
