"""Photos a second that one core decodes, prepares, augments and degrades."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.preprocess import prepare
from critic_training.data.photo_sets import Inputs
from critic_training.finetune.augmentation import augment, draw_augmentation
from critic_training.finetune.random_degradation import degrade_randomly
from critic_training.runs.configuration import Configuration

Made = TypeVar("Made")


@dataclass(frozen=True)
class Rate:
    """`photos_per_second` of one core at one stage."""

    stage: str
    photos_per_second: float


def rates(files: tuple[Path, ...], batch: int = 50) -> list[Rate]:
    """Every stage alone, on these photos. On one thread; restores the number of threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        stored, read = _timed(lambda: [file.read_bytes() for file in files])
        images, decoded = _timed(lambda: [prepare(data, Preprocessing()) for data in stored])
        pictures = np.stack(images)
        _, turned = _timed(lambda: _augment(pictures, batch))
        random = np.random.default_rng(0)
        _, spoilt = _timed(lambda: [degrade_randomly(image, random) for image in images])
    finally:
        torch.set_num_threads(threads)
    seconds = {"read": read, "decode and prepare": decoded, "augment": turned, "degrade": spoilt}
    seconds["read, decode, prepare and augment"] = read + decoded + turned
    return [Rate(stage, len(files) / taken) for stage, taken in seconds.items()]


def _augment(images: Inputs, batch: int) -> None:
    config = Configuration()
    for start in range(0, len(images), batch):
        part = torch.from_numpy(images[start : start + batch])
        augment(part, [draw_augmentation(config, np.random.default_rng(start + n)) for n in range(len(part))])


def _timed(work: Callable[[], Made]) -> tuple[Made, float]:
    began = time.perf_counter()
    made = work()
    return made, time.perf_counter() - began
