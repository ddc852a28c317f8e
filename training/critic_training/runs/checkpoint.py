"""Files of a run: `checkpoint.pt` with the best weights and their configuration, `resume.pt` with the training state.

A run that is killed while writing keeps the previous file.
"""

from pathlib import Path
from typing import Any

import torch

from critic_training.networks.network import Network
from critic_training.networks.registry import create
from critic_training.runs.atomic_file import atomic_file
from critic_training.runs.configuration import Configuration, from_dict

BEST_FILE = "checkpoint.pt"
RESUME_FILE = "resume.pt"


def write(path: Path, content: dict[str, Any]) -> None:
    """Writes atomically."""
    with atomic_file(path) as new:
        torch.save(content, new)


def read(path: Path, device: torch.device | str = "cpu") -> dict[str, Any]:
    """Tensors, numbers and strings only: a checkpoint from elsewhere executes no code."""
    content: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    return content


def write_best(folder: Path, network: Network, config: Configuration, metadata: dict[str, Any]) -> None:
    """The input of export, distillation and further fine-tuning."""
    content = {"network": network.state_dict(), "configuration": config.to_dict(), **metadata}
    write(folder / BEST_FILE, content)


def load_network(checkpoint: Path) -> tuple[Network, Configuration]:
    """The trained network in evaluation mode, and its hyperparameters."""
    content = read(checkpoint)
    config = from_dict(content["configuration"])
    network = create(config.arch, config.embedding_size)
    network.load_state_dict(content["network"])
    return network.eval(), config
