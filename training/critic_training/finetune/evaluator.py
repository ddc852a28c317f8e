"""Validation of a network: predicted ratings, or losses, on photos that it is not trained on."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch

from critic_training.data.photo_cache import Photos
from critic_training.data.photo_sets import Floats, Positions
from critic_training.evaluation.statistics import spearman
from critic_training.finetune.batch import BatchSource
from critic_training.finetune.losses import compute_losses, weighted_sum
from critic_training.finetune.precision import autocast
from critic_training.finetune.process_group import ProcessGroupRank
from critic_training.finetune.student import Student, Teachers, forward_batch
from critic_training.networks.network import Network, score
from critic_training.runs.configuration import Configuration

Evaluator = Callable[[Student], dict[str, float]]
"""Metrics by their names in `EarlyStoppingMetric`; greater is better, so losses are negative."""


@torch.inference_mode()
def predict_ratings(network: Network, photos: Photos, numbers: Positions, batch_size: int = 64) -> Floats:
    """Uncalibrated ratings of the photos with these numbers; in float32, unless under autocast."""
    network.eval()
    device = next(network.parameters()).device
    ratings = []
    for at in range(0, len(numbers), batch_size):
        image = np.stack([photos[int(number)] for number in numbers[at : at + batch_size]])
        ratings.append(score(network(torch.from_numpy(image).to(device)).logits).cpu().numpy())
    return np.concatenate(ratings)


@dataclass(frozen=True)
class RatingEvaluator:
    """Rank correlation with the ratings of the validation fold."""

    photos: Photos
    numbers: Positions
    rating: Floats
    category: Positions
    dtype: torch.dtype = torch.float32

    def __call__(self, student: Student) -> dict[str, float]:
        """Spearman overall, and within category."""
        with autocast(self.dtype, next(student.parameters()).device):
            predicted = predict_ratings(student.network, self.photos, self.numbers)
        within = spearman_within(predicted, self.rating, self.category)
        return {"spearman": spearman(predicted, self.rating), "within": within}


def spearman_within(predicted: Floats, rating: Floats, category: Positions) -> float:
    """Spearman within each category, weighted by photos."""
    groups = [category == name for name in np.unique(category)]
    weights = [int(group.sum()) for group in groups]
    return float(np.average([spearman(predicted[group], rating[group]) for group in groups], weights=weights))


@dataclass(frozen=True)
class LossEvaluator:
    """The losses on held-out photos, in `iterations` batches that are the same in every validation."""

    source: BatchSource
    iterations: int
    teachers: Teachers
    config: Configuration
    dtype: torch.dtype = torch.float32

    @torch.inference_mode()
    def __call__(self, student: Student) -> dict[str, float]:
        """The mean loss, negative: greater is better."""
        student.eval()
        device = next(student.parameters()).device
        total = 0.0
        for batch in islice(self.source.batches(0), self.iterations):
            with autocast(self.dtype, device):
                output, targets = forward_batch(student, batch.to(device), self.teachers, ProcessGroupRank())
            total += float(weighted_sum(compute_losses(output, targets, self.config), self.config))
        return {"loss": -total / self.iterations}
