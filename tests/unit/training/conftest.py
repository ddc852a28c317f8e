"""Common fixtures of the training tests."""

import os
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def weights() -> Path:
    """ImageNet's convolutions; skips without CRITIC_WEIGHTS."""
    file = os.environ.get("CRITIC_WEIGHTS")
    if not file or not Path(file).exists():
        pytest.skip("no pretrained convolutions (CRITIC_WEIGHTS)")
    return Path(file)
