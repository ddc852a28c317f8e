"""What a head stands on: a network's frozen part, and how a learnt head becomes part of the network."""

from abc import ABC, abstractmethod
from typing import ClassVar

from torch import Tensor

from critic_training.head.fit import Head
from critic_training.head.teacher import Standard
from critic_training.networks.network import Network


class Front(ABC):
    """`network` is whole but for its head. `units`: hidden units of the head."""

    units: ClassVar[int]
    network: Network

    @abstractmethod
    def features(self, image: Tensor) -> Tensor:
        """uint8 `[N, 224, 224, 3]` → `[N, P]`, what the head reads before it is standardised."""

    @abstractmethod
    def take(self, scale: Standard, head: Head) -> None:
        """Sets the network's last layers, so that its rating is `head.rating(scale(features))`."""
