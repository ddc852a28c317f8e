"""What a network says of photos it does not learn from, and how good that is."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt
import torch

from critic_training.data.photo_cache import Photos
from critic_training.data.photo_sets import Floats
from critic_training.evaluation.statistics import spearman
from critic_training.finetune.batch import Source
from critic_training.finetune.losses import losses, weighted
from critic_training.finetune.photo_source import Share
from critic_training.finetune.precision import autocast
from critic_training.finetune.student import Student, Teachers, answer
from critic_training.networks.network import Network, score
from critic_training.runs.configuration import Configuration

Judge = Callable[[Student], dict[str, float]]
"""Figures by their names in `Watch`; greater is better, so losses are negative."""


@torch.inference_mode()
def ratings(network: Network, photos: Photos, numbers: npt.NDArray[np.int64], batch: int = 64) -> Floats:
    """Uncalibrated ratings of the photos with these numbers; in float32, unless under autocast."""
    network.eval()
    device = next(network.parameters()).device
    told = []
    for at in range(0, len(numbers), batch):
        image = np.stack([photos[int(number)] for number in numbers[at : at + batch]])
        told.append(score(network(torch.from_numpy(image).to(device)).logits).cpu().numpy())
    return np.concatenate(told)


@dataclass(frozen=True)
class RatedJudge:
    """Rank correlation with the ratings of the validation fold."""

    photos: Photos
    numbers: npt.NDArray[np.int64]
    rating: Floats
    category: npt.NDArray[np.int64]
    kind: torch.dtype = torch.float32

    def __call__(self, student: Student) -> dict[str, float]:
        """Overall, and within category."""
        with autocast(self.kind, next(student.parameters()).device):
            told = ratings(student.network, self.photos, self.numbers)
        return {"spearman": spearman(told, self.rating), "within": within(told, self.rating, self.category)}


def within(told: Floats, rating: Floats, category: npt.NDArray[np.int64]) -> float:
    """Spearman within each category, weighted by photos."""
    groups = [category == name for name in np.unique(category)]
    weights = [int(group.sum()) for group in groups]
    return float(np.average([spearman(told[group], rating[group]) for group in groups], weights=weights))


@dataclass(frozen=True)
class LossJudge:
    """The losses on photos kept apart, in `iterations` batches that are always the same."""

    source: Source
    iterations: int
    teachers: Teachers
    knobs: Configuration
    kind: torch.dtype = torch.float32

    @torch.inference_mode()
    def __call__(self, student: Student) -> dict[str, float]:
        """Negative, so that greater is better."""
        student.eval()
        device = next(student.parameters()).device
        total = 0.0
        for batch in islice(self.source.batches(0), self.iterations):
            with autocast(self.kind, device):
                told, wanted = answer(student, batch.to(device), self.teachers, Share())
            total += float(weighted(losses(told, wanted, self.knobs), self.knobs))
        return {"loss": -total / self.iterations}
