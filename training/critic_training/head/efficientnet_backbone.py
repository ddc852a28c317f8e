"""EfficientNet-Lite0 with its intermediate maps; the head is its hidden and its last layer."""

from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from critic_training.head.backbone import Backbone
from critic_training.head.fit import Head
from critic_training.head.teacher import FeatureScaler
from critic_training.networks.efficientnet_lite_maps import UNITS, EfficientNetLite0Maps
from critic_training.networks.registry import pretrained


class EfficientNetBackbone(Backbone):
    """features: 1,536 statistics of maps."""

    units: ClassVar[int] = UNITS

    def __init__(self, embedding_size: int) -> None:
        network = pretrained(EfficientNetLite0Maps.architecture, None, embedding_size)
        assert isinstance(network, EfficientNetLite0Maps)
        self.network: EfficientNetLite0Maps = network.eval()

    @torch.inference_mode()
    def features(self, image: Tensor) -> Tensor:
        """`[N, 1536]`."""
        return self.network.extract_features(image).pooled

    def attach_head(self, scaler: FeatureScaler, head: Head) -> None:
        """Standardisation becomes part of the hidden layer."""
        weight = head.hidden / scaler.deviation
        hidden = {"weight": weight, "bias": head.hidden_bias - weight @ scaler.mean}
        last = {
            "weight": np.stack([-head.out, head.out]) / 2,
            "bias": np.array([-head.out_bias, head.out_bias], np.float32) / 2,
        }
        for layer, state in ((self.network.mixing, hidden), (self.network.outputs, last)):
            layer.load_state_dict({name: torch.from_numpy(np.float32(value)) for name, value in state.items()})
