"""The state of a run: all that changes between iterations, saved and restored as one object."""

import copy
import math
from dataclasses import dataclass
from typing import Any

import torch

from critic_training.finetune.optimiser import sgd
from critic_training.finetune.student import Student
from critic_training.runs.configuration import Configuration

COUNTERS = ("global_step", "best_metric", "best_step", "validations_since_best")


@dataclass
class TrainState:
    """`average`: the exponential moving average of the weights, if any. `best_metric`: of the early-stopping metric."""

    student: Student
    optimiser: torch.optim.SGD
    scaler: torch.amp.GradScaler
    average: Student | None
    global_step: int = 0
    best_metric: float = -math.inf
    best_step: int = 0
    validations_since_best: int = 0

    @property
    def validated(self) -> Student:
        """The student whose weights are validated and saved."""
        return self.average or self.student

    def record_validation(self, metric: float) -> bool:
        """Update the best metric; True for an improvement."""
        improved = metric > self.best_metric
        if improved:
            self.best_metric, self.best_step = metric, self.global_step
        self.validations_since_best = 0 if improved else self.validations_since_best + 1
        return improved

    def should_stop(self, early_stopping_rounds: int) -> bool:
        """True after so many validations without improvement; never for 0."""
        return 0 < early_stopping_rounds <= self.validations_since_best

    def update_average(self, decay: float) -> None:
        """The decay is smaller in the first iterations, so that initial weights fade."""
        if self.average is None:
            return
        weight = 1 - min(decay, (1 + self.global_step) / (10 + self.global_step))
        for mean, value in zip(self.average.state_dict().values(), self.student.state_dict().values(), strict=True):
            if mean.is_floating_point():
                mean.lerp_(value, weight)

    def state_dict(self) -> dict[str, Any]:
        """The content of `resume.pt`."""
        return {
            "student": self.student.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "scaler": self.scaler.state_dict(),
            "average": self.average.state_dict() if self.average else None,
            **{name: getattr(self, name) for name in COUNTERS},
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the content of `resume.pt`."""
        self.student.load_state_dict(state["student"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.scaler.load_state_dict(state["scaler"])
        if self.average:
            self.average.load_state_dict(state["average"])
        for name in COUNTERS:
            setattr(self, name, state[name])


def initial_state(student: Student, config: Configuration, scale_gradients: bool) -> TrainState:
    """The state before the first iteration. `scale_gradients`: for float16."""
    average = copy.deepcopy(student).requires_grad_(False) if config.ema_decay > 0 else None
    device = next(student.parameters()).device.type
    scaler = torch.amp.GradScaler(device, enabled=scale_gradients)
    return TrainState(student, sgd(student, config), scaler, average)
