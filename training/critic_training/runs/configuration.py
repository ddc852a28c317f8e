"""Hyperparameters of a training run, with unit and rationale. The checkpoint includes them."""

import dataclasses
import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

CONFIGURATION_FILE = "configuration.json"


class Labels(StrEnum):
    """Labels of the cross entropy."""

    hard = "hard"  # top share pleasing, bottom share not pleasing, no label for the middle: as in the paper
    soft = "soft"  # every photo: probability that its mean rating is above the median


class Schedule(StrEnum):
    """Decay of the learning rate after the warm-up."""

    constant = "constant"
    step = "step"  # to a tenth at two thirds of the iterations: the paper's framework
    cosine = "cosine"


class Precision(StrEnum):
    """Data type of forward and backward passes; weights and their updates are always float32."""

    auto = "auto"  # bfloat16 where the processor or GPU supports it, float16 on older GPUs, else float32
    float32 = "float32"
    bfloat16 = "bfloat16"
    float16 = "float16"


class EarlyStoppingMetric(StrEnum):
    """The validation metric that stops the run and selects its best weights."""

    spearman = "spearman"
    within = "within"  # Spearman within category, weighted by photos: independent of the subject
    loss = "loss"  # for photos without ratings: the weighted sum of losses, smaller is better


@dataclass(frozen=True)
class Configuration:
    """Defaults follow the paper, scaled to a few hundred photos. Nothing was chosen on test folds."""

    # network
    arch: str = "alexnet"  # a name in networks/registry.py
    embedding_size: int = 128  # enough to find altered copies among a thousand photos
    frozen: tuple[str, ...] = ()  # name prefixes of parameters without training, e.g. "features.0."
    frozen_statistics: bool = True  # batch norm uses ImageNet's statistics: 50 similar photos give poor estimates
    dropout: float = 0.5  # probability for a hidden unit, as in the paper

    # run
    seed: int = 7  # of all random draws
    refit: bool = False  # train again with the validation photos, up to the best iteration of validation
    iterations: int = 1000  # maximum; the paper: 450,000 for 1.7 million photos
    batch_size: int = 50  # rated photos an iteration, over all processes; as in the paper
    unrated_batch_size: int = 0  # additional photos of the unlabelled pool an iteration
    validate_every: int = 50  # iterations
    early_stopping_rounds: int = 8  # validations without improvement before the run stops; 0: no early stopping
    early_stopping_metric: EarlyStoppingMetric = EarlyStoppingMetric.within
    checkpoint_every: int = 200  # iterations: the most that an interruption costs
    workers: int = 0  # DataLoader processes; 0: photos are prepared in the training process
    precision: Precision = Precision.auto

    # stochastic gradient descent
    learning_rate: float = 0.001  # of pretrained layers, for a batch of 50, as in the paper's framework
    new_layer_factor: float = 10.0  # learning rate of new layers relative to pretrained layers, as in the paper
    momentum: float = 0.9
    weight_decay: float = 0.0005  # none for biases and batch norm
    schedule: Schedule = Schedule.cosine
    warmup: int = 0  # iterations of linear warm-up
    max_gradient_norm: float = 0.0  # gradient clipping; 0: none
    ema_decay: float = 0.0  # exponential moving average of the weights, which is then validated; 0: none

    # labels from mean ratings
    labels: Labels = Labels.hard
    good_share: float = 0.3  # top and bottom share of the training photos
    within_category: bool = True  # classes and medians by category: quality, and not subject
    soft_label_width: float = 0.5  # rating points in which a soft label goes from 0.50 to 0.73

    # weights of the losses; 0: not computed
    cross_entropy: float = 1.0
    ranking: float = 0.0  # pairs of rated photos in the order of their ratings
    ranking_margin: float = 0.3  # rating points: pairs that are closer are left out
    ranking_within_category: bool = True
    degraded: float = 0.0  # a photo above its own degraded copy
    degraded_share: float = 0.5  # fraction of a batch with a degraded copy
    degraded_margin: float = 0.5  # log-odds between photo and copy
    degraded_as_negatives: bool = False  # cross entropy labels degraded copies as not pleasing, too
    distil: float = 0.0  # the teacher's standardised targets, from the hidden layer
    teacher_rating: float = 0.0  # an aesthetic teacher's standardised rating

    # augmentation, drawn for each photo and epoch
    mirror: bool = True
    crop: float = 0.1  # largest fraction of a side that is cropped; small, since framing is part of quality
    stretch: float = 0.05  # largest change of the aspect ratio
    colour: float = 0.05  # largest change of brightness, contrast and saturation; small, since exposure is quality

    def replace(self, **changes: Any) -> "Configuration":
        """A copy with other values."""
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """JSON values: numbers, strings, lists."""
        values: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self)))
        return values

    def write(self, folder: Path) -> None:
        """Writes `configuration.json`."""
        text = json.dumps(self.to_dict(), indent=2) + "\n"
        (folder / CONFIGURATION_FILE).write_text(text, encoding="utf-8")


def from_dict(values: dict[str, Any]) -> Configuration:
    """Defaults for missing hyperparameters. Raises ValueError for unknown names and values of another type."""
    fields = {field.name: field for field in dataclasses.fields(Configuration)}
    unknown = sorted(values.keys() - fields.keys())
    if unknown:
        raise ValueError(f"unknown hyperparameter: {', '.join(unknown)}")
    return Configuration(**{name: _typed(fields[name].type, value) for name, value in values.items()})


def read_configuration(path: Path) -> Configuration:
    """A configuration from a JSON file."""
    return from_dict(json.loads(path.read_text(encoding="utf-8")))


def parse_overrides(arguments: list[str]) -> dict[str, Any]:
    """`name=value` from a command line; values are JSON (`learning_rate=1e-3`) or plain strings (`labels=soft`)."""
    values = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals:
            raise ValueError(f"a hyperparameter is set by name=value, not by {argument!r}")
        values[name] = _value(value)
    return values


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _typed(kind: Any, value: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind == tuple[str, ...]:
        return tuple(value)
    if not isinstance(value, kind):
        raise ValueError(f"{value!r} is not of type {kind.__name__}")  # noqa: TRY004 - user input
    return value
