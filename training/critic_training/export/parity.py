"""The gate: PyTorch and ONNX Runtime agree from file bytes on."""

from pathlib import Path

import numpy as np
import torch

from critic_core.contracts.manifest import Scale
from critic_training.data.photo_sets import Inputs
from critic_training.evaluation.calibration import Platt
from critic_training.export.difference import Difference, Predictions, by_file, difference
from critic_training.networks.network import Network, score


def compare(network: Network, platt: Platt, model: Path, images: Inputs, scale: Scale | None = None) -> Difference:
    """The largest differences between PyTorch's network, calibrated, and the exported file."""
    return difference(by_file(model, images), trained(network, platt, images), scale or Scale())


@torch.inference_mode()
def trained(network: Network, platt: Platt, images: Inputs) -> Predictions:
    """By PyTorch in float32."""
    network.eval()
    outputs = [network(torch.from_numpy(images[at : at + 32])) for at in range(0, len(images), 32)]
    rating = np.concatenate([score(output.logits).numpy() for output in outputs])
    return platt.probability(rating), np.concatenate([output.embedding.numpy() for output in outputs])
