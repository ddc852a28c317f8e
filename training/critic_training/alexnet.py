"""AlexNet in torchvision's layout, so that its published weights load key by key.

Source of the layout: Krizhevsky, "One weird trick for parallelizing convolutional neural networks" (2014), as in
torchvision.models.alexnet; five convolutions, then fc6, fc7 and fc8, here with two outputs.
"""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from critic_training.networks.alexnet import PUBLISHED, convolutions, normalise


class AlexNet(nn.Module):
    """uint8 `[N, 224, 224, 3]` → two logits `[N, 2]` (not pleasing, pleasing)."""

    def __init__(self, classes: int = 2) -> None:
        super().__init__()
        self.features = convolutions()
        self.classifier = nn.Sequential(
            nn.Dropout(0.5),
            nn.Linear(9216, 4096),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Linear(4096, classes),
        )

    def forward(self, image: Tensor) -> Tensor:
        """Logits of photos as `critic_core.imaging.prepare` gives them."""
        logits: Tensor = self.classifier(self.features(normalise(image)).flatten(1))
        return logits


def imagenet_weights(path: Path | None) -> dict[str, Tensor]:
    """`features.*` from a safetensors file, or with None from the checkpoint that torchvision publishes."""
    state = load_file(path) if path else torch.hub.load_state_dict_from_url(PUBLISHED, map_location="cpu")
    return {key: value for key, value in state.items() if key.startswith("features.")}


def frozen_convolutions(path: Path | None) -> nn.Sequential:
    """The pretrained convolutions, without gradients."""
    network = AlexNet()
    network.load_state_dict(imagenet_weights(path) | _rest(network))
    return network.features.eval().requires_grad_(False)


def _rest(network: AlexNet) -> dict[str, Tensor]:
    return {key: value for key, value in network.state_dict().items() if not key.startswith("features.")}
