"""The training loop of fine-tuning and distillation: batch, losses, step; regularly a validation and a checkpoint.

Random draws of an iteration depend on the seed and its number only, so an interrupted run ends with the weights of an
uninterrupted run.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor, nn

from critic_training.finetune.batch import Batch, BatchSource
from critic_training.finetune.curves import Curves
from critic_training.finetune.evaluator import Evaluator
from critic_training.finetune.losses import compute_losses, weighted_sum
from critic_training.finetune.optimiser import set_learning_rate
from critic_training.finetune.precision import autocast, compute_dtype, set_memory_format
from critic_training.finetune.process_group import ProcessGroupRank, barrier, broadcast, data_parallel
from critic_training.finetune.student import Student, Teachers, configure_student, forward_batch, set_training_mode
from critic_training.finetune.train_state import TrainState, initial_state
from critic_training.networks.network import Network
from critic_training.runs import checkpoint
from critic_training.runs.configuration import Configuration


class DivergedError(ArithmeticError):
    """The loss is not finite: a smaller learning rate, or a warm-up, helps."""


@dataclass(frozen=True)
class TrainingJob:
    """Network, photos, teachers and output of one run. Without an evaluator the last weights are saved."""

    network: Network
    config: Configuration
    source: BatchSource
    folder: Path
    evaluator: Evaluator | None = None
    teachers: Teachers = field(default_factory=Teachers)
    target_count: int = 0
    process: ProcessGroupRank = field(default_factory=ProcessGroupRank)
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    last_step: int | None = None  # ends the run earlier, with the schedule of `config.iterations`
    advance: Callable[[int], object] = int  # callback with the number of completed iterations


def fit(job: TrainingJob) -> TrainState:
    """Train, or resume from `resume.pt` in the folder; writes `checkpoint.pt` and `curves.csv`.

    Raises DivergedError, and ValueError for a configuration that does not fit device or processes.
    """
    torch.manual_seed(job.config.seed)
    student = Student(job.network, job.target_count).to(job.device)
    configure_student(student, job.config)
    dtype = compute_dtype(job.config.precision, job.device)
    set_memory_format(student, dtype)
    state = initial_state(student, job.config, scale_gradients=dtype is torch.float16)
    _resume(job, state)
    _train(job, state, data_parallel(student, job.process, job.device), dtype)
    barrier(job.process)
    return state


def _resume(job: TrainingJob, state: TrainState) -> None:
    job.folder.mkdir(parents=True, exist_ok=True)
    stored = job.folder / checkpoint.RESUME_FILE
    if not stored.exists():
        return
    content = checkpoint.read(stored, job.device)
    if content.pop("configuration") != job.config.to_dict():
        raise ValueError(f"{stored} has other hyperparameters: choose another folder, or delete it")
    state.load_state_dict(content)


def _train(job: TrainingJob, state: TrainState, module: nn.Module, dtype: torch.dtype) -> None:
    config, losses = job.config, _RunningLosses()
    curves = Curves(job.folder, state.global_step) if job.process.is_main else None
    end = min(job.last_step or config.iterations, config.iterations)
    remaining = 0 if state.should_stop(config.early_stopping_rounds) else end - state.global_step
    saved_step = state.global_step
    for batch in islice(job.source.batches(state.global_step), remaining):
        losses.add(_step(job, state, module, dtype, batch))
        job.advance(state.global_step)
        at_end = state.global_step == end
        if state.global_step % config.validate_every and not at_end:
            continue
        metrics = _validate(job, state)
        if curves:
            curves.add({"iteration": state.global_step, **losses.means(), **metrics})
        losses = _RunningLosses()
        stop = at_end or state.should_stop(config.early_stopping_rounds)
        if stop or state.global_step - saved_step >= config.checkpoint_every:
            _save(job, state)
            saved_step = state.global_step
        if stop:
            break


def _step(
    job: TrainingJob, state: TrainState, module: nn.Module, dtype: torch.dtype, batch: Batch
) -> dict[str, Tensor]:
    config, process = job.config, job.process
    torch.manual_seed(step_seed(config.seed, state.global_step, process.rank))
    set_training_mode(state.student, config.frozen_statistics)
    rate = set_learning_rate(state.optimiser, state.global_step, config)
    with autocast(dtype, job.device):
        output, targets = forward_batch(module, batch.to(job.device), job.teachers, process)
    losses = compute_losses(output, targets, config)
    # Zero times every output: with several processes each parameter needs a gradient, even without a loss.
    loss = weighted_sum(losses, config) + 0 * (output.score.sum() + output.degraded.sum() + output.targets.sum())
    state.optimiser.zero_grad()
    torch.autograd.backward(state.scaler.scale(loss * process.world_size))  # gradients are averaged, not summed
    _update_weights(state, config)
    state.global_step += 1
    state.update_average(config.ema_decay)
    return {"rate": torch.tensor(rate), "train_loss": loss.detach()} | {
        f"train_{name}": value.detach() for name, value in losses.items()
    }


def _update_weights(state: TrainState, config: Configuration) -> None:
    if config.max_gradient_norm > 0:
        state.scaler.unscale_(state.optimiser)
        nn.utils.clip_grad_norm_(state.student.parameters(), config.max_gradient_norm)
    state.scaler.step(state.optimiser)
    state.scaler.update()


def step_seed(seed: int, iteration: int, rank: int) -> int:
    """The seed of dropout in one iteration and process."""
    return (seed * 1_000_003 + iteration) * 1_009 + rank


def _validate(job: TrainingJob, state: TrainState) -> dict[str, float]:
    """The main process validates and broadcasts its metric, so that all processes stop at the same iteration."""
    is_main = job.process.is_main
    metrics = job.evaluator(state.validated) if is_main and job.evaluator else {}
    metric = metrics[job.config.early_stopping_metric] if metrics else float(state.global_step)
    if state.record_validation(broadcast(metric, job.process, job.device)) and is_main:
        metadata = {"iteration": state.global_step, "figures": metrics}
        checkpoint.write_best(job.folder, state.validated.network, job.config, metadata)
    return {f"validation_{name}": value for name, value in metrics.items()}


def _save(job: TrainingJob, state: TrainState) -> None:
    if job.process.is_main:
        content = state.state_dict() | {"configuration": job.config.to_dict()}
        checkpoint.write(job.folder / checkpoint.RESUME_FILE, content)


class _RunningLosses:
    """Losses since the last validation; they stay on the device until `means`."""

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.values: dict[str, list[Tensor]] = defaultdict(list)

    def add(self, losses: dict[str, Tensor]) -> None:
        for name, value in losses.items():
            self.values[name].append(value)

    def means(self) -> dict[str, float]:
        means = {name: float(torch.stack(values).mean()) for name, values in self.values.items()}
        if not all(abs(value) < float("inf") for value in means.values()):
            raise DivergedError(f"the loss is {means['train_loss']}: try a smaller learning rate, or a warm-up")
        return means | {"seconds": time.perf_counter() - self.began}
