"""How far two forms of one model differ on photos, and how far they may. No PyTorch."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from critic_core.contracts.manifest import Preprocessing, Scale
from critic_core.imaging.preprocess import prepare
from critic_training.data.photo_sets import Floats, Inputs
from critic_training.evaluation.onnx_model import open_session, predict
from critic_training.evaluation.served_scores import served_scores
from critic_training.evaluation.statistics import spearman

Predictions = tuple[Floats, Floats]
"""Probability `[N]` and embedding `[N, D]`."""

FLOAT32_BOUND = 1e-4  # of the probability and of each number of the embedding


class ParityError(ValueError):
    """Two forms of one model differ by more than the bound: nothing is exported."""


@dataclass(frozen=True)
class Limits:
    """What a shipped form may be: size, and the largest differences, of the photo that changes most."""

    megabytes: float
    probability: float = 0.03
    points: float = 0.5  # of the score
    order: float = 0.005  # 1 − rank correlation with the trained network


@dataclass(frozen=True)
class Difference:
    """Of the probability, embedding (1 − cosine), order of photos (1 − rank correlation), score (points)."""

    probability: float
    embedding: float
    order: float
    points: float


def read_inputs(files: list[Path], preprocessing: Preprocessing) -> Inputs:
    """From the bytes of files, by the code that serving uses."""
    return np.stack([prepare(file.read_bytes(), preprocessing) for file in files])


def by_file(model: Path, images: Inputs) -> Predictions:
    """By ONNX Runtime on the CPU."""
    session = open_session(model)
    predictions = [predict(session, images[at : at + 32]) for at in range(0, len(images), 32)]
    probability, embedding = (np.concatenate(values) for values in zip(*predictions, strict=True))
    return probability, embedding


def difference(actual: Predictions, expected: Predictions, scale: Scale) -> Difference:
    """The largest differences of predictions for the same photos; `scale`: of the score."""
    (probability, embedding), (expected_probability, expected_embedding) = actual, expected
    return Difference(
        probability=float(np.abs(probability - expected_probability).max()),
        embedding=float((1 - (embedding * expected_embedding).sum(1)).max()),
        order=1 - spearman(probability, expected_probability),
        points=float(np.abs(served_scores(probability, scale) - served_scores(expected_probability, scale)).max()),
    )


def check(found: Difference, bound: float, what: str, least_order: float = 0.99) -> None:
    """Raises ParityError unless all differences are within the bound (not a number is not)."""
    if not (found.probability <= bound and found.embedding <= bound and found.order <= 1 - least_order):
        raise ParityError(f"{what} differs: {found} (at most {bound})")
