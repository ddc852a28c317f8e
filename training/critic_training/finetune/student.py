"""The network as it is trained: with a regressor of the teacher's targets beside the last layer, thrown away later."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from critic_training.finetune.batch import Batch
from critic_training.finetune.losses import Told, Wanted
from critic_training.finetune.photo_source import Share
from critic_training.finetune.process_group import gathered, row_counts
from critic_training.networks.network import Network, new_linear, score
from critic_training.runs.configuration import Configuration

Teacher = Callable[[Tensor], Tensor]
"""uint8 `[N, 224, 224, 3]` → standardised targets `[N, T]`; of a rating `[N]`."""


class Student(nn.Module):
    """`regressor` is there when there are `targets`."""

    def __init__(self, network: Network, targets: int) -> None:
        super().__init__()
        self.network = network
        self.regressor = new_linear(network.hidden_size, targets) if targets else None

    def forward(self, image: Tensor, photos: int) -> tuple[Tensor, Tensor]:
        """Scores `[N]` of all, and targets `[photos, T]` of the first `photos`."""
        hidden = self.network.see(image).hidden
        told = score(self.network.last(hidden))
        if self.regressor is None:
            return told, told.new_zeros(photos, 0)
        return told, self.regressor(hidden[:photos]).float()

    def fresh(self, name: str) -> bool:
        """Does this parameter learn at the higher rate?"""
        return name.startswith("regressor.") or name.removeprefix("network.") in self.network.fresh


def answer(module: nn.Module, batch: Batch, teachers: "Teachers", share: Share) -> tuple[Told, Wanted]:
    """Of all processes' photos. `module` is a Student, perhaps spread over processes."""
    own = len(batch.image)
    scores, targets = module(torch.cat([batch.image, batch.degraded]), own)
    wanted, rating = teachers.targets_of(batch), teachers.rating_of(batch)
    before = sum(row_counts(batch.image, share)[: share.rank])
    told = Told(*(gathered(value, share) for value in (scores[:own], scores[own:], targets)))
    known = (batch.label, batch.rating, batch.category, rating, batch.origin + before, wanted)
    return told, Wanted(*(gathered(value, share) for value in known))


class Teachers:
    """Who is asked about each batch, on the very view that the student sees."""

    def __init__(self, targets: Teacher | None = None, rating: Teacher | None = None) -> None:
        self.targets, self.rating = targets, rating

    @torch.no_grad()
    def targets_of(self, batch: Batch) -> Tensor:
        """`[N, T]`; without a teacher T is 0."""
        return (
            self.targets(batch.image) if self.targets else torch.zeros(len(batch.image), 0, device=batch.image.device)
        )

    @torch.no_grad()
    def rating_of(self, batch: Batch) -> Tensor:
        """`[N]`; without such a teacher what the batch brings."""
        return self.rating(batch.image) if self.rating else batch.teacher_rating


def prepare_training(student: Student, knobs: Configuration) -> None:
    """Dropout as asked, frozen parameters without gradients."""
    student.network.set_dropout(knobs.dropout)
    for name, parameter in student.network.named_parameters():
        if name.startswith(("embedding.", *knobs.frozen)):
            parameter.requires_grad_(False)


def training_mode(student: Student, frozen_statistics: bool) -> None:
    """Dropout on; batch norm on only where its statistics are to change."""
    student.train()
    for module in student.modules():
        if isinstance(module, nn.BatchNorm2d) and frozen_statistics:
            module.eval()
