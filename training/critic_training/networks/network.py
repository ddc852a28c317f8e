"""The protocol of all networks: uint8 photos in, two logits and an embedding out."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn

EMBEDDING_SIZE = 128


class NetworkOutput(NamedTuple):
    """`logits` `[N, 2]` (not pleasing, pleasing) and `embedding` `[N, D]`, L2-normalised."""

    logits: Tensor
    embedding: Tensor


class Features(NamedTuple):
    """`pooled` `[N, P]`: pooled maps, input of the embedding. `hidden` `[N, F]`: input of the last layer."""

    pooled: Tensor
    hidden: Tensor


class Network(nn.Module, ABC):
    """Normalisation included. `new_parameters` names the untrained parameters, which have a higher learning rate."""

    architecture: ClassVar[str]
    pooled_size: ClassVar[int]
    hidden_size: ClassVar[int]

    def __init__(self, embedding_size: int) -> None:
        super().__init__()
        self.new_parameters: frozenset[str] = frozenset()
        # Principal components, fitted after training: no gradient.
        self.embedding = nn.Linear(self.pooled_size, embedding_size).requires_grad_(False)

    @abstractmethod
    def extract_features(self, image: Tensor) -> Features:
        """Features of preprocessed photos, uint8 `[N, 224, 224, 3]`."""

    @property
    @abstractmethod
    def last_layer(self) -> nn.Linear:
        """The layer of two neurons: hidden `[N, F]` → logits `[N, 2]`."""

    @abstractmethod
    def set_dropout(self, probability: float) -> None:
        """Probability with which training drops a hidden unit."""

    def forward(self, image: Tensor) -> NetworkOutput:
        """Logits and embedding of uint8 `[N, 224, 224, 3]`."""
        features = self.extract_features(image)
        embedding = nn.functional.normalize(self.embedding(features.pooled), dim=1)
        return NetworkOutput(self.last_layer(features.hidden), embedding)

    def load_matching(self, state: Mapping[str, Tensor]) -> None:
        """Load the entries with a matching name and shape; trainable parameters without an entry are `new_parameters`.

        Raises ValueError when nothing matches.
        """
        current = self.state_dict()
        known = {name: value for name, value in state.items() if name in current and current[name].shape == value.shape}
        if not known:
            raise ValueError(f"these weights are not {self.architecture}'s: no name and shape is shared")
        self.load_state_dict({**current, **known})
        trained = {name for name, parameter in self.named_parameters() if parameter.requires_grad}
        self.new_parameters = frozenset(trained - known.keys())


def score(logits: Tensor) -> Tensor:
    """The uncalibrated rating `[N]` of logits `[N, 2]`: the log-odds of "pleasing", in float32."""
    odds: Tensor = logits[:, 1].float() - logits[:, 0].float()
    return odds


def new_linear(inputs: int, outputs: int, generator: torch.Generator | None = None) -> nn.Linear:
    """The paper's initialisation: weights with standard deviation 0.01, biases 0."""
    layer = nn.Linear(inputs, outputs)
    nn.init.normal_(layer.weight, std=0.01, generator=generator)
    nn.init.zeros_(layer.bias)
    return layer
