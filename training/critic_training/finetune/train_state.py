"""Where a run stands: all that changes from iteration to iteration, as one thing to save and to go on from."""

import copy
import math
from dataclasses import dataclass
from typing import Any

import torch

from critic_training.finetune.optimiser import sgd
from critic_training.finetune.student import Student
from critic_training.runs.configuration import Configuration


@dataclass
class Course:
    """`averaged` is the running average of the weights, where there is one. `best` is of the watched figure."""

    student: Student
    optimiser: torch.optim.SGD
    scaler: torch.amp.GradScaler
    averaged: Student | None
    iteration: int = 0
    best: float = -math.inf
    best_iteration: int = 0
    looks_since: int = 0

    @property
    def judged(self) -> Student:
        """Whose weights are looked at and kept."""
        return self.averaged or self.student

    def saw(self, figure: float) -> bool:
        """Take note of a look; True when it is the best so far."""
        better = figure > self.best
        if better:
            self.best, self.best_iteration = figure, self.iteration
        self.looks_since = 0 if better else self.looks_since + 1
        return better

    def tired(self, patience: int) -> bool:
        """Has it been long without a better look?"""
        return 0 < patience <= self.looks_since

    def update_average(self, decay: float) -> None:
        """Early on the average is shorter, so that it does not remember the start."""
        if self.averaged is None:
            return
        weight = 1 - min(decay, (1 + self.iteration) / (10 + self.iteration))
        for kept, now in zip(self.averaged.state_dict().values(), self.student.state_dict().values(), strict=True):
            if kept.is_floating_point():
                kept.lerp_(now, weight)

    def state(self) -> dict[str, Any]:
        """For `resume.pt`."""
        return {
            "student": self.student.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "scaler": self.scaler.state_dict(),
            "averaged": self.averaged.state_dict() if self.averaged else None,
            **{name: getattr(self, name) for name in NUMBERS},
        }

    def take(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        self.student.load_state_dict(state["student"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.scaler.load_state_dict(state["scaler"])
        if self.averaged:
            self.averaged.load_state_dict(state["averaged"])
        for name in NUMBERS:
            setattr(self, name, state[name])


NUMBERS = ("iteration", "best", "best_iteration", "looks_since")


def start(student: Student, knobs: Configuration, half: bool) -> Course:
    """At iteration 0. `half`: gradients are scaled, for float16."""
    averaged = copy.deepcopy(student).requires_grad_(False) if knobs.average > 0 else None
    device = next(student.parameters()).device.type
    return Course(student, sgd(student, knobs), torch.amp.GradScaler(device, enabled=half), averaged)
