"""What every network does: uint8 photos in, two logits and an embedding out."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn

EMBEDDING_SIZE = 128


class Answer(NamedTuple):
    """`logits` `[N, 2]` (not pleasing, pleasing) and `embedding` `[N, D]`, L2-normalised."""

    logits: Tensor
    embedding: Tensor


class Seen(NamedTuple):
    """`pooled` `[N, P]`: the last maps, pooled; the embedding is made of them. `hidden` `[N, F]`: what `last` reads."""

    pooled: Tensor
    hidden: Tensor


class Network(nn.Module, ABC):
    """Normalisation is inside. `fresh` names the parameters that are new: they learn at a higher rate."""

    architecture: ClassVar[str]
    pooled_size: ClassVar[int]
    hidden_size: ClassVar[int]

    def __init__(self, embedding_size: int) -> None:
        super().__init__()
        self.fresh: frozenset[str] = frozenset()
        # Principal components, fitted when training is done: never by gradient.
        self.embedding = nn.Linear(self.pooled_size, embedding_size).requires_grad_(False)

    @abstractmethod
    def see(self, image: Tensor) -> Seen:
        """Of photos as `critic_core.imaging.preprocess` gives them, uint8 `[N, 224, 224, 3]`."""

    @property
    @abstractmethod
    def last(self) -> nn.Linear:
        """The layer of two neurons: hidden `[N, F]` → logits `[N, 2]`."""

    @abstractmethod
    def set_dropout(self, share: float) -> None:
        """The share of hidden units that training drops."""

    def forward(self, image: Tensor) -> Answer:
        """Logits and embedding of uint8 `[N, 224, 224, 3]`."""
        seen = self.see(image)
        return Answer(self.last(seen.hidden), nn.functional.normalize(self.embedding(seen.pooled), dim=1))

    def take(self, state: Mapping[str, Tensor]) -> None:
        """Load what fits by name and shape; trained parameters that do not come with `state` are `fresh`.

        Raises ValueError when nothing fits.
        """
        own = self.state_dict()
        known = {name: value for name, value in state.items() if name in own and own[name].shape == value.shape}
        if not known:
            raise ValueError(f"these weights are not {self.architecture}'s: no name and shape is shared")
        self.load_state_dict({**own, **known})
        trained = {name for name, parameter in self.named_parameters() if parameter.requires_grad}
        self.fresh = frozenset(trained - known.keys())


def score(logits: Tensor) -> Tensor:
    """The uncalibrated rating `[N]` of logits `[N, 2]`: the log-odds of "pleasing", in float32."""
    odds: Tensor = logits[:, 1].float() - logits[:, 0].float()
    return odds


def new_linear(inputs: int, outputs: int, generator: torch.Generator | None = None) -> nn.Linear:
    """A last layer as in the paper's framework: weights of deviation 0.01, biases 0."""
    layer = nn.Linear(inputs, outputs)
    nn.init.normal_(layer.weight, std=0.01, generator=generator)
    nn.init.zeros_(layer.bias)
    return layer
