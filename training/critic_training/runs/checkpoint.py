"""Files of a run: `checkpoint.pt`, the best weights with their configuration; `resume.pt`, all that goes on changing.

Written beside and then renamed, so that a run that is killed while writing still has the file before.
"""

from pathlib import Path
from typing import Any

import torch

from critic_training.networks.network import Network
from critic_training.networks.registry import create
from critic_training.runs.configuration import Configuration, from_dict

BEST_FILE = "checkpoint.pt"
RESUME_FILE = "resume.pt"


def write(path: Path, content: dict[str, Any]) -> None:
    """Atomically."""
    new = path.with_suffix(".new")
    torch.save(content, new)
    new.replace(path)


def read(path: Path, device: torch.device | str = "cpu") -> dict[str, Any]:
    """Tensors, numbers and words only: a checkpoint from elsewhere runs no code."""
    content: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    return content


def write_best(folder: Path, network: Network, knobs: Configuration, facts: dict[str, Any]) -> None:
    """What export, distillation and further fine-tuning start from."""
    content = {"network": network.state_dict(), "configuration": knobs.to_dict(), **facts}
    write(folder / BEST_FILE, content)


def load_network(checkpoint: Path) -> tuple[Network, Configuration]:
    """The trained network in evaluation mode, and every knob it was trained with."""
    content = read(checkpoint)
    knobs = from_dict(content["configuration"])
    network = create(knobs.arch, knobs.embedding_size)
    network.load_state_dict(content["network"])
    return network.eval(), knobs
