"""The contract of training and serving: `manifest.json`, beside `model.onnx` in every version folder.

The manifest as compact JSON is also the parameter `manifest.<version>` of the model's configuration: clients read the
parameter over the Open Inference Protocol (ModelConfig), without access to the model folder. Our server adds the
parameter while loading the model; for Triton, `critic-train publish` and `critic-train repository` write the parameter.
"""

import hashlib
import json
import math
from enum import StrEnum
from functools import lru_cache
from typing import Any

from pydantic import Field, computed_field

from critic_core.contracts.base import Contract
from critic_core.contracts.critique import PhotoKind, ScoreInterval

MODEL_FILE = "model.onnx"
MANIFEST_FILE = "manifest.json"
DEVICE_PARAMETER = "device"
"""The key of the device within the parameters of a loaded model; Triton has none."""

GOLDEN_FILE = "golden.npy"
"""The golden photo as the model's input, uint8 `[size, size, 3]`, for a self-test before serving."""
INPUT_NAME = "image"
PROBABILITY_NAME = "probability"
EMBEDDING_NAME = "embedding"
KIND_NAME = "kind"
"""Output `[N, K]` of models with kinds: a probability for each."""


def is_version_folder(name: str) -> bool:
    """True for a positive decimal number without leading zeros; servers ignore other folders of a model."""
    return name.isascii() and name.isdecimal() and not name.startswith("0")


def manifest_parameter(version: str) -> str:
    """The configuration parameter with the manifest of `version`."""
    return f"manifest.{version}"


class Fit(StrEnum):
    """Conversion of a photo of any aspect ratio to a square."""

    squash = "squash"  # the whole photo, aspect ratio changed
    crop = "crop"  # the middle square
    pad = "pad"  # the whole photo, aspect ratio preserved, mid-grey borders


class Filter(StrEnum):
    """The resampling filter, by Pillow's name; support scaled to the reduction (antialiased)."""

    box = "box"
    bilinear = "bilinear"
    hamming = "hamming"
    bicubic = "bicubic"
    lanczos = "lanczos"


class Preprocessing(Contract):
    """Parameters of the preprocessing from a photo's bytes to the network's input, all included in the digest.

    EXIF orientation, conversion from ICC profile to sRGB, and alpha over white always apply.
    """

    recipe: int = Field(default=1, description="Version of the decoding code; increases when its pixels change.")
    decode_long_side: int = Field(
        default=960,
        description="Long side of decoded photos, pixels: JPEGs are decoded at the smallest DCT scale with at least "
        "this long side; then all photos are box-reduced.",
    )
    size: int = Field(default=224, description="Side of the network's square input, pixels.")
    fit: Fit = Fit.squash
    filter: Filter = Filter.bilinear

    @computed_field(description="First 16 hex digits of the SHA-256 of the other fields.")  # type: ignore[prop-decorator]
    @property
    def digest(self) -> str:
        return _digest(self)


@lru_cache
def _digest(preprocessing: Preprocessing) -> str:
    fields = preprocessing.model_dump(mode="json", exclude={"digest"})
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]


class DatasetCard(Contract):
    """A dataset of photographs for training or evaluation."""

    name: str
    role: str = Field(description="train, validation, test, pretrain or reference")
    photos: int
    licence: str
    source: str


class Metric(Contract):
    """A metric with 95 % bootstrap interval."""

    name: str
    dataset: str
    value: float
    low: float | None = None
    high: float | None = None
    category: str | None = None


class Calibration(Contract):
    """Calibration of logits to probabilities, part of the graph: served probabilities are already calibrated."""

    method: str = Field(description="none, temperature or platt")
    parameters: dict[str, float] = Field(default_factory=dict)
    fitted_on: str


class Scale(Contract):
    """Probabilities → scores: `100 / (1 + exp(−(slope · log-odds + offset)))`. The default is 100 × probability."""

    slope: float = Field(default=1.0, gt=0)
    offset: float = 0.0
    half_width: float | None = Field(
        default=None, gt=0, description="Of the score's interval, in log-odds of the score"
    )
    level: float | None = Field(default=None, gt=0, lt=1, description="Share of photos within the interval")

    def score(self, probability: float) -> float:
        """0 to 100."""
        return 100 * _logistic(self._log_odds(probability))

    def interval(self, probability: float) -> ScoreInterval | None:
        """None without a measured width."""
        if self.half_width is None or self.level is None:
            return None
        centre = self._log_odds(probability)
        low, high = (100 * _logistic(centre + side * self.half_width) for side in (-1, 1))
        return ScoreInterval(low=low, high=high, level=self.level, conclusive=not low <= _ORDINARY <= high)

    def _log_odds(self, probability: float) -> float:
        share = min(max(probability, _CERTAIN), 1 - _CERTAIN)
        return self.slope * math.log(share / (1 - share)) + self.offset


_ORDINARY = 50.0
_CERTAIN = 1e-9  # log-odds are finite


def _logistic(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


class Reference(Contract):
    """Score distribution of the reference photos: 101 quantiles, 0 % to 100 %, ascending."""

    dataset: str
    photos: int
    score_quantiles: tuple[float, ...] = Field(min_length=101, max_length=101)


class Golden(Contract):
    """The expected probability of the golden photo, from publication, for self-tests."""

    probability: float
    tolerance: float = 0.02


class Manifest(Contract):
    """A model version: identity, preprocessing, metrics and origin."""

    name: str
    version: str
    architecture: str
    classes: tuple[str, str] = Field(
        default=("not pleasing", "pleasing"), json_schema_extra={"items": {"type": "string"}}
    )
    embedding_size: int
    preprocessing: Preprocessing
    kinds: tuple[PhotoKind, ...] = Field(
        default=(), description="Of the output `kind`, by column; empty: no such output"
    )
    calibration: Calibration
    scale: Scale = Scale()
    reference: Reference
    golden: Golden
    datasets: tuple[DatasetCard, ...]
    metrics: tuple[Metric, ...]
    weights_sha256: str = Field(description="SHA-256 of model.onnx")
    training_command: str
    training_commit: str
    created: str = Field(description="Date of export, ISO 8601")
    summary: str = Field(description="The model card in a few sentences: meaning and limits of the score.")


def parse_manifest(text: str | bytes) -> Manifest:
    """Read a manifest. Raises ValueError for a digest that does not fit the preprocessing.

    Fields of newer versions are ignored, except in the preprocessing, where an unknown field changes the digest.
    """
    raw: dict[str, Any] = json.loads(text)
    stored = raw.get("preprocessing", {}).pop("digest", None)
    manifest = Manifest.of_fields(raw)
    if stored is not None and stored != manifest.preprocessing.digest:
        raise ValueError(f"preprocessing digest {stored} does not fit its fields ({manifest.preprocessing.digest})")
    return manifest
