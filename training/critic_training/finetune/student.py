"""The network in training: with a regressor of the teacher's targets beside the last layer, which is not exported."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from critic_training.finetune.batch import Batch
from critic_training.finetune.losses import LossTargets, StudentOutput
from critic_training.finetune.process_group import ProcessGroupRank, all_gather, row_counts
from critic_training.networks.network import Network, new_linear, score
from critic_training.runs.configuration import Configuration

Teacher = Callable[[Tensor], Tensor]
"""uint8 `[N, 224, 224, 3]` → standardised targets `[N, T]`, or ratings `[N]`."""


class Student(nn.Module):
    """`regressor` exists for a `target_count` above 0."""

    def __init__(self, network: Network, target_count: int) -> None:
        super().__init__()
        self.network = network
        self.regressor = new_linear(network.hidden_size, target_count) if target_count else None

    def forward(self, image: Tensor, photos: int) -> tuple[Tensor, Tensor]:
        """Scores `[N]` of all images, and targets `[photos, T]` of the first `photos`."""
        hidden = self.network.extract_features(image).hidden
        scores = score(self.network.last_layer(hidden))
        if self.regressor is None:
            return scores, scores.new_zeros(photos, 0)
        return scores, self.regressor(hidden[:photos]).float()

    def is_new(self, name: str) -> bool:
        """True for parameters without pretrained values."""
        return name.startswith("regressor.") or name.removeprefix("network.") in self.network.new_parameters


class Teachers:
    """The teachers of a run; their input is the augmented photo that the student gets."""

    def __init__(self, targets: Teacher | None = None, rating: Teacher | None = None) -> None:
        self.targets, self.rating = targets, rating

    @torch.no_grad()
    def predict_targets(self, batch: Batch) -> Tensor:
        """`[N, T]`; T is 0 without a teacher."""
        if self.targets is None:
            return torch.zeros(len(batch.image), 0, device=batch.image.device)
        return self.targets(batch.image)

    @torch.no_grad()
    def predict_rating(self, batch: Batch) -> Tensor:
        """`[N]`; the batch's own teacher ratings without a teacher."""
        return self.rating(batch.image) if self.rating else batch.teacher_rating


def forward_batch(
    module: nn.Module, batch: Batch, teachers: Teachers, process: ProcessGroupRank
) -> tuple[StudentOutput, LossTargets]:
    """Output and targets of all processes' photos. `module` is a Student, possibly data-parallel."""
    photos = len(batch.image)
    scores, predicted = module(torch.cat([batch.image, batch.degraded]), photos)
    targets, rating = teachers.predict_targets(batch), teachers.predict_rating(batch)
    origin = batch.origin + sum(row_counts(batch.image, process)[: process.rank])
    output = (scores[:photos], scores[photos:], predicted)
    labels = (batch.label, batch.rating, batch.category, rating, origin, targets)
    return (
        StudentOutput(*(all_gather(value, process) for value in output)),
        LossTargets(*(all_gather(value, process) for value in labels)),
    )


def configure_student(student: Student, config: Configuration) -> None:
    """Set dropout, and disable gradients of frozen parameters."""
    student.network.set_dropout(config.dropout)
    for name, parameter in student.network.named_parameters():
        if name.startswith(("embedding.", *config.frozen)):
            parameter.requires_grad_(False)


def set_training_mode(student: Student, frozen_statistics: bool) -> None:
    """Training mode, except for batch norm with frozen statistics."""
    student.train()
    for module in student.modules():
        if isinstance(module, nn.BatchNorm2d) and frozen_statistics:
            module.eval()
