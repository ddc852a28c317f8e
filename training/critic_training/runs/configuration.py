"""Every knob of a training run, with its unit and the reason for its value. The checkpoint carries it."""

import dataclasses
import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

CONFIGURATION_FILE = "configuration.json"


class Labels(StrEnum):
    """What cross entropy asks for."""

    hard = "hard"  # the top share is pleasing, the bottom share is not, the middle is not asked about: as in the paper
    soft = "soft"  # every photo: how surely its mean rating is above the median


class Schedule(StrEnum):
    """How the rate falls, after the warm-up."""

    constant = "constant"
    step = "step"  # to a tenth at two thirds of the way: the paper's framework
    cosine = "cosine"


class Precision(StrEnum):
    """What forward and backward compute in; weights and their updates are float32 always."""

    auto = "auto"  # bfloat16 where the processor or GPU has it, float16 on older GPUs, else float32
    float32 = "float32"
    bfloat16 = "bfloat16"
    float16 = "float16"


class Watch(StrEnum):
    """The figure of the validation fold that stops the run and picks its best weights."""

    spearman = "spearman"
    within = "within"  # Spearman within category, weighted by photos: does not reward knowing the subject
    loss = "loss"  # for photos without ratings: the weighted sum of losses, smaller is better


@dataclass(frozen=True)
class Configuration:
    """Defaults are the paper's where it gives one, scaled to a few hundred photos. Nothing was chosen on test folds."""

    # the network
    arch: str = "alexnet"  # a name of networks/registry.py
    embedding_size: int = 128  # enough to find changed copies among a thousand photos
    frozen: tuple[str, ...] = ()  # parameters whose name begins so are not trained, e.g. "features.0."
    frozen_statistics: bool = True  # batch norm keeps ImageNet's statistics: batches of 50 alike photos have poor ones
    dropout: float = 0.5  # share of hidden units, as in the paper

    # the course
    seed: int = 7  # of everything drawn by chance
    refit: bool = False  # once validation picked the best iteration, learn again with its photos, for as long
    iterations: int = 1000  # at most; the paper: 450,000 for 1.7 million photos
    batch: int = 50  # rated photos an iteration, over all processes; as in the paper
    unrated_batch: int = 0  # photos of the unlabelled pool an iteration, beside the rated ones
    validate_every: int = 50  # iterations; one look at the validation fold
    patience: int = 8  # looks without a better one, then the run stops; 0: never
    watch: Watch = Watch.within
    save_every: int = 200  # iterations between checkpoints: what an interruption may cost
    workers: int = 0  # DataLoader processes; 0 prepares photos in the training process
    precision: Precision = Precision.auto

    # stochastic gradient descent
    rate: float = 0.001  # of pretrained layers, for a batch of 50, as in the paper's framework
    fresh_factor: float = 10.0  # new layers learn that many times faster, as in the paper
    momentum: float = 0.9
    weight_decay: float = 0.0005  # biases and batch norm are spared
    schedule: Schedule = Schedule.cosine
    warmup: int = 0  # iterations in which the rate rises linearly
    largest_gradient: float = 0.0  # norm to which gradients are clipped; 0: never
    average: float = 0.0  # decay of a running average of the weights, which is then what is judged; 0: none

    # labels from mean ratings
    labels: Labels = Labels.hard
    good_share: float = 0.3  # top and bottom share of the training photos
    within_category: bool = True  # sides and medians by category: quality, and not subject
    soft_width: float = 0.5  # rating points in which a soft label goes from 0.50 to 0.73

    # weights of the losses; 0 leaves one out
    cross_entropy: float = 1.0
    ranking: float = 0.0  # pairs of rated photos in the order of their ratings
    ranking_margin: float = 0.3  # rating points below which a pair is not asked about
    ranking_within_category: bool = True
    degraded: float = 0.0  # a photo above its own degraded copy
    degraded_share: float = 0.5  # of the photos of a batch that get such a copy
    degraded_margin: float = 0.5  # log-odds by which it should be above
    degraded_flattens: bool = False  # cross entropy that calls degraded copies not pleasing, too
    distil: float = 0.0  # the teacher's standardised targets, from the hidden layer
    teacher_rating: float = 0.0  # an aesthetic teacher's standardised rating

    # augmentation, drawn for each photo and epoch
    mirror: bool = True
    crop: float = 0.1  # largest share of a side that is cropped away; small, since framing is part of quality
    stretch: float = 0.05  # largest change of width against height
    colour: float = 0.05  # largest change of brightness, contrast and saturation; small, since exposure is quality

    def changed(self, **knobs: Any) -> "Configuration":
        """A copy with some knobs turned."""
        return dataclasses.replace(self, **knobs)

    def to_dict(self) -> dict[str, Any]:
        """As it is stored: numbers, words, lists."""
        told: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self)))
        return told

    def write(self, folder: Path) -> None:
        """`configuration.json`, to be read by people and by `read_configuration`."""
        text = json.dumps(self.to_dict(), indent=2) + "\n"
        (folder / CONFIGURATION_FILE).write_text(text, encoding="utf-8")


def from_dict(told: dict[str, Any]) -> Configuration:
    """Missing knobs have their defaults. Raises ValueError for an unknown knob, or a word that one does not take."""
    fields = {field.name: field for field in dataclasses.fields(Configuration)}
    unknown = sorted(told.keys() - fields.keys())
    if unknown:
        raise ValueError(f"no such knob: {', '.join(unknown)}")
    return Configuration(**{name: _typed(fields[name].type, value) for name, value in told.items()})


def read_configuration(path: Path) -> Configuration:
    """From a JSON file of knobs."""
    return from_dict(json.loads(path.read_text(encoding="utf-8")))


def parse_knobs(words: list[str]) -> dict[str, Any]:
    """`name=value` from a command line, values as in JSON (`rate=1e-3`), words without quotes (`labels=soft`)."""
    told = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"a knob is turned by name=value, not by {word!r}")
        told[name] = _value(value)
    return told


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
        raise ValueError(f"{value!r} is not of the kind {kind.__name__}")  # noqa: TRY004 - a value typed by a person
    return value
