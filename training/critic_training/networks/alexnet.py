"""AlexNet in torchvision's layout, so that its published weights load key by key.

Source of the layout: Krizhevsky, "One weird trick for parallelizing convolutional neural networks" (2014), as in
torchvision.models.alexnet: five convolutions, then fc6, fc7 and fc8. 61.1 million weights with ImageNet's 1,000
outputs, 57.0 million with two.
"""

from pathlib import Path
from typing import ClassVar

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from critic_training.networks.network import EMBEDDING_SIZE, Features, Network, new_linear

MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
PUBLISHED = "https://download.pytorch.org/models/alexnet-owt-7be5be79.pth"


class AlexNet(Network):
    """pooled: pool5's averages, then its maxima `[N, 512]`; hidden: fc7 `[N, 4096]`."""

    architecture: ClassVar[str] = "alexnet"
    pooled_size: ClassVar[int] = 512
    hidden_size: ClassVar[int] = 4096

    def __init__(self, embedding_size: int = EMBEDDING_SIZE, dropout: float = 0.5) -> None:
        super().__init__(embedding_size)
        self.features = convolutions()
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(9216, 4096),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            new_linear(4096, 2),
        )

    def extract_features(self, image: Tensor) -> Features:
        """Convolutions, fc6 and fc7."""
        maps = self.features(normalise(image))
        pooled = torch.cat([maps.mean((2, 3)), maps.amax((2, 3))], dim=1)
        return Features(pooled, self.classifier[:6](maps.flatten(1)))

    @property
    def last_layer(self) -> nn.Linear:
        """fc8."""
        layer = self.classifier[6]
        assert isinstance(layer, nn.Linear)
        return layer

    def set_dropout(self, probability: float) -> None:
        """Dropout before fc6 and before fc7."""
        for layer in self.classifier:
            if isinstance(layer, nn.Dropout):
                layer.p = probability


def convolutions() -> nn.Sequential:
    """`features.*`: `[N, 3, 224, 224]` → pool5 `[N, 256, 6, 6]`, never negative."""
    return nn.Sequential(
        nn.Conv2d(3, 64, 11, stride=4, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(64, 192, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(192, 384, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(256, 256, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
    )


def normalise(image: Tensor) -> Tensor:
    """uint8 `[N, 224, 224, 3]` → float `[N, 3, 224, 224]` with ImageNet's mean and deviation."""
    scaled = image.permute(0, 3, 1, 2).contiguous().float() / 255
    return (scaled - scaled.new_tensor(MEAN).view(3, 1, 1)) / scaled.new_tensor(DEVIATION).view(3, 1, 1)


def imagenet(path: Path | None) -> dict[str, Tensor]:
    """ImageNet's weights without fc8: from a safetensors file, or from torchvision's checkpoint by URL for None.

    A file with the convolutions only leaves fc6 and fc7 untrained: `critic-train distil` trains them.
    """
    state = load_file(path) if path else torch.hub.load_state_dict_from_url(PUBLISHED, map_location="cpu")
    return {name: value for name, value in state.items() if not name.startswith("classifier.6.")}
