"""The backbone of a head: a network's frozen part, and how a trained head becomes part of the network."""

from abc import ABC, abstractmethod
from typing import ClassVar

from torch import Tensor

from critic_training.head.fit import Head
from critic_training.head.teacher import FeatureScaler
from critic_training.networks.network import Network


class Backbone(ABC):
    """`network` is complete except for its head. `units`: hidden units of the head."""

    units: ClassVar[int]
    network: Network

    @abstractmethod
    def features(self, image: Tensor) -> Tensor:
        """uint8 `[N, 224, 224, 3]` → `[N, P]`, the head's input before standardisation."""

    @abstractmethod
    def attach_head(self, scaler: FeatureScaler, head: Head) -> None:
        """Sets the network's last layers, so that its rating is `head.rating(scaler(features))`."""
