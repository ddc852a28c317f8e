"""The gate: PyTorch, ONNX Runtime and the running server agree from file bytes on."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.preprocess import prepare
from critic_training.evaluation.calibration import Platt
from critic_training.data.photo_sets import Floats, Inputs
from critic_training.evaluation.statistics import spearman
from critic_training.networks.network import Network, score
from critic_training.evaluation.onnx_model import ask, session

Answers = tuple[Floats, Floats]

FLOAT32_BOUND = 1e-4  # of the probability and of each number of the embedding


class ParityError(ValueError):
    """Two forms of one model differ by more than the bound: nothing is exported."""


@dataclass(frozen=True)
class Difference:
    """Of the probability, of the embedding (1 − cosine), and of the order of photos (1 − rank correlation)."""

    probability: float
    embedding: float
    order: float


def read_inputs(files: list[Path], preprocessing: Preprocessing) -> Inputs:
    """From the bytes of files, by the code that serving uses."""
    return np.stack([prepare(file.read_bytes(), preprocessing) for file in files])


def compare(network: Network, platt: Platt, model: Path, images: Inputs) -> Difference:
    """The largest differences between PyTorch's network, calibrated, and the exported file."""
    return difference(by_file(model, images), trained(network, platt, images))


def by_file(model: Path, images: Inputs) -> Answers:
    """Probability `[N]` and embedding `[N, D]`, by ONNX Runtime on the CPU."""
    asked = session(model)
    answers = [ask(asked, images[at : at + 32]) for at in range(0, len(images), 32)]
    return np.concatenate([told for told, _ in answers]), np.concatenate([embedding for _, embedding in answers])


def difference(answers: Answers, wanted_answers: Answers) -> Difference:
    """The largest differences of answers about the same photos."""
    (told, embedding), (wanted, like) = answers, wanted_answers
    return Difference(
        probability=float(np.abs(told - wanted).max()),
        embedding=float((1 - (embedding * like).sum(1)).max()),
        order=1 - spearman(told, wanted),
    )


def check(found: Difference, bound: float, what: str, least_order: float = 0.99) -> None:
    """Raises ParityError unless all differences are within the bound (not a number is not)."""
    if not (found.probability <= bound and found.embedding <= bound and found.order <= 1 - least_order):
        raise ParityError(f"{what} differs: {found} (at most {bound})")


@torch.inference_mode()
def trained(network: Network, platt: Platt, images: Inputs) -> Answers:
    """Probability `[N]` and embedding `[N, D]`, by PyTorch in float32."""
    network.eval()
    answers = [network(torch.from_numpy(images[at : at + 32])) for at in range(0, len(images), 32)]
    rating = np.concatenate([score(answer.logits).numpy() for answer in answers])
    return platt.probability(rating), np.concatenate([answer.embedding.numpy() for answer in answers])
