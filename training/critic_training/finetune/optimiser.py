"""Stochastic gradient descent with a small learning rate for pretrained layers and a larger one for new layers."""

import math

import torch

from critic_training.finetune.student import Student
from critic_training.runs.configuration import Configuration, Schedule


def sgd(student: Student, config: Configuration) -> torch.optim.SGD:
    """Four parameter groups: pretrained or new, with or without weight decay. `factor`: relative learning rate."""
    groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in student.named_parameters():
        if parameter.requires_grad:
            groups.setdefault((student.is_new(name), parameter.ndim > 1), []).append(parameter)
    return torch.optim.SGD(
        [
            {
                "params": parameters,
                "factor": config.new_layer_factor if new else 1.0,
                "weight_decay": config.weight_decay if decayed else 0.0,
            }
            for (new, decayed), parameters in groups.items()
        ],
        lr=config.learning_rate,
        momentum=config.momentum,
    )


def set_learning_rate(optimiser: torch.optim.SGD, iteration: int, config: Configuration) -> float:
    """Sets the learning rate of this iteration; returns that of pretrained layers."""
    rate = config.learning_rate * schedule_factor(iteration, config)
    for group in optimiser.param_groups:
        group["lr"] = rate * group["factor"]
    return rate


def schedule_factor(iteration: int, config: Configuration) -> float:
    """Linear warm-up to 1, then the decay of the schedule."""
    if iteration < config.warmup:
        return (iteration + 1) / config.warmup
    done = (iteration - config.warmup) / max(1, config.iterations - config.warmup)
    if config.schedule is Schedule.cosine:
        return 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))
    return 0.1 if config.schedule is Schedule.step and done >= 2 / 3 else 1.0
