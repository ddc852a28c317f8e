"""Does the exported file answer as the trained network does? Asked from file bytes, the whole way."""

from pathlib import Path

import numpy as np
import torch

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.prepare import prepare
from critic_training.alexnet import AlexNet
from critic_training.runtime import ask, session


class ParityError(ValueError):
    """The exported model and the trained network differ by more than the tolerance: it is not published."""


def check_parity(
    network: AlexNet, model: Path, photos: list[bytes], preprocessing: Preprocessing, tolerance: float
) -> float:
    """The largest difference of the probability over `photos` (file bytes). Raises ParityError above `tolerance`."""
    asked = session(model)
    worst = 0.0
    for data in photos:
        image = prepare(data, preprocessing)[None]
        told, _ = ask(asked, image)
        worst = max(worst, abs(float(told[0]) - trained(network, image)))
    if not worst <= tolerance:  # not a number counts as different
        raise ParityError(f"the exported model differs from the trained network by {worst:.5f} (at most {tolerance})")
    return worst


@torch.inference_mode()
def trained(network: AlexNet, image: np.typing.NDArray[np.uint8]) -> float:
    """Probability of "pleasing" of one photo `[1, 224, 224, 3]`, by PyTorch."""
    return float(network(torch.from_numpy(image)).softmax(1)[0, 1])
