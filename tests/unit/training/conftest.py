"""Small learnt parts, made of random numbers: enough to ask whether all forms of the network are one function."""

import os
from pathlib import Path

import numpy as np
import pytest

from critic_training.assemble import Compact, compact
from critic_training.calibrate import Platt
from critic_training.dataset import Floats
from critic_training.distil import Head
from critic_training.embedding import Projection
from critic_training.pooling import Pooling
from critic_training.teacher import Standard

ROOT = Path(__file__).parents[3]


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(0)


def normal(random: np.random.Generator, *shape: int) -> Floats:
    return random.standard_normal(shape).astype(np.float32)


@pytest.fixture
def pooling(random: np.random.Generator) -> Pooling:
    weight, bias = normal(random, 16, 36) / 6, normal(random, 16) / 10
    weight[0], bias[0] = 1 / 36, 0
    scale = 1 + np.abs(normal(random, 256))
    return Pooling(weight, bias, scale, readout=normal(random, 16), offset=0.3)


@pytest.fixture
def scale(random: np.random.Generator) -> Standard:
    return Standard(mean=normal(random, 512), deviation=1 + np.abs(normal(random, 512)))


@pytest.fixture
def head(random: np.random.Generator) -> Head:
    return Head(normal(random, 4096, 512) / 23, normal(random, 4096), normal(random, 4096) / 64, out_bias=4.2)


@pytest.fixture
def platt() -> Platt:
    return Platt(slope=1.7, intercept=-7.0)


@pytest.fixture
def projection(random: np.random.Generator) -> Projection:
    return Projection(normal(random, 512, 32))


@pytest.fixture
def parts(pooling: Pooling, scale: Standard, head: Head, platt: Platt, projection: Projection) -> Compact:
    return compact(pooling, scale, head, platt, projection)


@pytest.fixture
def weights() -> Path:
    """ImageNet's convolutions; skips where they are not."""
    default = ROOT.parent / "shared" / "weights" / "alexnet_imagenet_features.safetensors"
    file = Path(os.environ.get("CRITIC_WEIGHTS") or default)
    if not file.exists():
        pytest.skip(f"no pretrained convolutions at {file} (CRITIC_WEIGHTS)")
    return file
