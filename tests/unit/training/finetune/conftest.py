"""Forty small photographs that differ in brightness only: a network learns it in seconds."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from critic_training.data.photo_sets import Inputs
from critic_training.finetune.evaluator import RatingEvaluator
from critic_training.finetune.photo_source import Annotations, PhotoSource
from critic_training.networks.network import Features, Network, new_linear
from critic_training.runs.configuration import Configuration, EarlyStoppingMetric, Precision

SIDE = 16


class Tiny(Network):
    """A network with batch norm that trains in milliseconds."""

    architecture = "tiny"
    pooled_size = 8
    hidden_size = 8

    def __init__(self) -> None:
        super().__init__(embedding_size=4)
        self.convolution = nn.Conv2d(3, 8, 5, stride=4)
        self.norm = nn.BatchNorm2d(8)
        self.dropout = nn.Dropout(0.5)
        self.outputs = new_linear(8, 2)

    def extract_features(self, image: Tensor) -> Features:
        maps = torch.relu(self.norm(self.convolution(image.permute(0, 3, 1, 2).float() / 128 - 1)))
        pooled = maps.mean((2, 3))
        return Features(pooled, self.dropout(pooled))

    @property
    def last_layer(self) -> nn.Linear:
        return self.outputs

    def set_dropout(self, probability: float) -> None:
        self.dropout.p = probability


@pytest.fixture
def tiny() -> Network:
    torch.manual_seed(0)
    network = Tiny()
    network.new_parameters = frozenset({"outputs.weight", "outputs.bias"})
    return network


@pytest.fixture
def photos() -> Inputs:
    random = np.random.default_rng(3)
    level = np.linspace(20, 200, 40).reshape(-1, 1, 1, 1)
    return (level + random.normal(0, 20, (40, SIDE, SIDE, 3))).clip(0, 255).astype(np.uint8)


@pytest.fixture
def annotations() -> Annotations:
    rating = np.linspace(1, 7, 40).astype(np.float32)
    label = np.select([rating > 5, rating < 3], [1.0, 0.0], np.nan).astype(np.float32)
    return Annotations(label, rating, np.arange(40) % 2, np.full(40, np.nan, np.float32))


@pytest.fixture
def config() -> Configuration:
    return Configuration(
        iterations=40, batch_size=10, validate_every=10, checkpoint_every=10, learning_rate=0.05, dropout=0.2,
        precision=Precision.float32, early_stopping_metric=EarlyStoppingMetric.spearman, early_stopping_rounds=0,
        cross_entropy=1.0, ranking=1.0, ema_decay=0.9,
    )  # fmt: skip


@pytest.fixture
def source(photos: Inputs, annotations: Annotations, config: Configuration) -> PhotoSource:
    return PhotoSource(photos, annotations, config, config.batch_size)


@pytest.fixture
def evaluator(photos: Inputs, annotations: Annotations) -> RatingEvaluator:
    numbers = np.arange(0, 40, 3)
    return RatingEvaluator(photos, numbers, annotations.rating[numbers], annotations.category[numbers])
