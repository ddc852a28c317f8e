"""Stochastic gradient descent with a small rate for pretrained layers and a larger one for new layers."""

import math

import torch

from critic_training.finetune.student import Student
from critic_training.runs.configuration import Configuration, Schedule


def sgd(student: Student, knobs: Configuration) -> torch.optim.SGD:
    """Four groups: pretrained or new, decayed or not. Their `factor` is against `knobs.rate`."""
    groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in student.named_parameters():
        if parameter.requires_grad:
            groups.setdefault((student.fresh(name), parameter.ndim > 1), []).append(parameter)
    return torch.optim.SGD(
        [
            {
                "params": parameters,
                "factor": knobs.fresh_factor if fresh else 1.0,
                "weight_decay": knobs.weight_decay if decayed else 0.0,
            }
            for (fresh, decayed), parameters in groups.items()
        ],
        lr=knobs.rate,
        momentum=knobs.momentum,
    )


def set_rate(optimiser: torch.optim.SGD, iteration: int, knobs: Configuration) -> float:
    """For this iteration; returns the rate of pretrained layers."""
    rate = knobs.rate * share_of_rate(iteration, knobs)
    for group in optimiser.param_groups:
        group["lr"] = rate * group["factor"]
    return rate


def share_of_rate(iteration: int, knobs: Configuration) -> float:
    """1 after the warm-up, then falling as the schedule says."""
    if iteration < knobs.warmup:
        return (iteration + 1) / knobs.warmup
    done = (iteration - knobs.warmup) / max(1, knobs.iterations - knobs.warmup)
    if knobs.schedule is Schedule.cosine:
        return 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))
    return 0.1 if knobs.schedule is Schedule.step and done >= 2 / 3 else 1.0
