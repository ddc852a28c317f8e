"""What several tests of training need."""

import os
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def weights() -> Path:
    """ImageNet's convolutions; skips where they are not."""
    default = ROOT.parent / "shared" / "weights" / "alexnet_imagenet_features.safetensors"
    file = Path(os.environ.get("CRITIC_WEIGHTS") or default)
    if not file.exists():
        pytest.skip(f"no pretrained convolutions at {file} (CRITIC_WEIGHTS)")
    return file
