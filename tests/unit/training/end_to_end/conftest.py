"""Photos of a smooth pattern: every degradation changes them."""

import pytest
import torch
from torch import Generator, Tensor
from torch.nn import functional


@pytest.fixture
def generator() -> Generator:
    return Generator().manual_seed(3)


@pytest.fixture
def photos() -> Tensor:
    """Float `[16, 3, 160, 160]` of 40 to 200."""
    coarse = torch.rand(16, 3, 12, 12, generator=Generator().manual_seed(0))
    return functional.interpolate(coarse, size=160, mode="bilinear") * 160 + 40
