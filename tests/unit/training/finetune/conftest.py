"""Forty small photographs that differ in one thing that a network can learn in seconds: how bright they are."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from critic_training.data.photo_sets import Inputs
from critic_training.finetune.evaluator import RatedJudge
from critic_training.finetune.photo_source import Facts, PhotoSource
from critic_training.networks.network import Network, Seen, new_linear
from critic_training.runs.configuration import Configuration, Precision, Watch

SIDE = 16


class Tiny(Network):
    """A network of the same protocol that trains in milliseconds, batch norm included."""

    architecture = "tiny"
    pooled_size = 8
    hidden_size = 8

    def __init__(self) -> None:
        super().__init__(embedding_size=4)
        self.convolution = nn.Conv2d(3, 8, 5, stride=4)
        self.norm = nn.BatchNorm2d(8)
        self.dropout = nn.Dropout(0.5)
        self.outputs = new_linear(8, 2)

    def see(self, image: Tensor) -> Seen:
        maps = torch.relu(self.norm(self.convolution(image.permute(0, 3, 1, 2).float() / 128 - 1)))
        pooled = maps.mean((2, 3))
        return Seen(pooled, self.dropout(pooled))

    @property
    def last(self) -> nn.Linear:
        return self.outputs

    def set_dropout(self, share: float) -> None:
        self.dropout.p = share


@pytest.fixture
def tiny() -> Network:
    torch.manual_seed(0)
    network = Tiny()
    network.fresh = frozenset({"outputs.weight", "outputs.bias"})
    return network


@pytest.fixture
def photos() -> Inputs:
    random = np.random.default_rng(3)
    level = np.linspace(20, 200, 40).reshape(-1, 1, 1, 1)
    return (level + random.normal(0, 20, (40, SIDE, SIDE, 3))).clip(0, 255).astype(np.uint8)


@pytest.fixture
def facts() -> Facts:
    rating = np.linspace(1, 7, 40).astype(np.float32)
    label = np.select([rating > 5, rating < 3], [1.0, 0.0], np.nan).astype(np.float32)
    return Facts(label, rating, np.arange(40) % 2, np.full(40, np.nan, np.float32))


@pytest.fixture
def knobs() -> Configuration:
    return Configuration(
        iterations=40, batch=10, validate_every=10, save_every=10, rate=0.05, precision=Precision.float32,
        watch=Watch.spearman, patience=0, dropout=0.2, cross_entropy=1.0, ranking=1.0, average=0.9,
    )  # fmt: skip


@pytest.fixture
def source(photos: Inputs, facts: Facts, knobs: Configuration) -> PhotoSource:
    return PhotoSource(photos, facts, knobs, knobs.batch)


@pytest.fixture
def judge(photos: Inputs, facts: Facts) -> RatedJudge:
    numbers = np.arange(0, 40, 3)
    return RatedJudge(photos, numbers, facts.rating[numbers], facts.category[numbers])
