"""Common fixtures of the training tests."""

from pathlib import Path

import numpy as np
import pytest
from tests.support.data_sets import need_weights


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def weights() -> Path:
    """ImageNet's convolutions; skips without CRITIC_WEIGHTS."""
    return need_weights()
