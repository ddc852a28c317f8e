"""What training promises to serving: `manifest.json`, beside `model.onnx` in every version folder.

The same manifest, as compact JSON, is the parameter `manifest.<version>` of the model's configuration: a client reads
it over the Open Inference Protocol (ModelConfig) from any server, without sharing a folder with it. Our server adds it
while it reads the model's folder; for Triton, `critic-train publish` and `critic-train repository` write it.
"""

import hashlib
import json
from enum import StrEnum
from typing import Any

from pydantic import Field, computed_field

from critic_core.contracts.base import Contract

MANIFEST_FILE = "manifest.json"
GOLDEN_FILE = "golden.npy"
"""The golden photo as this model's input, uint8 `[size, size, 3]`, so that a server can ask it before it serves it."""
INPUT_NAME = "image"
PROBABILITY_NAME = "probability"
EMBEDDING_NAME = "embedding"


def manifest_parameter(version: str) -> str:
    """The configuration parameter with the manifest of `version`."""
    return f"manifest.{version}"


class Fit(StrEnum):
    """How a photo of any shape becomes a square."""

    squash = "squash"  # the whole photo, its proportions given up
    crop = "crop"  # the middle square
    pad = "pad"  # the whole photo, proportions kept, borders filled with mid-grey


class Filter(StrEnum):
    """The resampling filter, by Pillow's name; always with support scaled to the reduction (no aliasing)."""

    box = "box"
    bilinear = "bilinear"
    hamming = "hamming"
    bicubic = "bicubic"
    lanczos = "lanczos"


class Preprocessing(Contract):
    """How a photo's bytes become the network's input. Everything that changes a pixel is here, and in the digest.

    Orientation from EXIF, ICC to sRGB and alpha over white are not options: they are always done.
    """

    recipe: int = Field(default=1, description="Version of the decoding code; raised when its pixels change.")
    decode_long_side: int = Field(
        default=960,
        description="JPEGs are decoded at the smallest DCT scale whose long side is still at least this (pixels); "
        "photos are then reduced to this long side with the box filter before anything looks at them.",
    )
    size: int = Field(default=224, description="Side of the network's square input, pixels.")
    fit: Fit = Fit.squash
    filter: Filter = Filter.bilinear

    @computed_field(description="First 16 hex digits of the SHA-256 of all the above.")  # type: ignore[prop-decorator]
    @property
    def digest(self) -> str:
        fields = self.model_dump(mode="json", exclude={"digest"})
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]


class DatasetCard(Contract):
    """A set of photographs that a model was trained or evaluated on."""

    name: str
    role: str = Field(description="train, validation, test, pretrain or reference")
    photos: int
    licence: str
    source: str


class Metric(Contract):
    """A measured figure with its 95 % bootstrap interval."""

    name: str
    dataset: str
    value: float
    low: float | None = None
    high: float | None = None
    category: str | None = None


class Calibration(Contract):
    """How logits became a probability. It is folded into the graph: the served probability is already calibrated."""

    method: str = Field(description="none, temperature or platt")
    parameters: dict[str, float] = Field(default_factory=dict)
    fitted_on: str


class Reference(Contract):
    """Where a score lies among those of a named set: 101 score quantiles, 0 % to 100 %, ascending."""

    dataset: str
    photos: int
    score_quantiles: tuple[float, ...] = Field(min_length=101, max_length=101)


class Golden(Contract):
    """What the model said of the golden photo when it was published; a live stack must say the same."""

    probability: float
    tolerance: float = 0.02


class Manifest(Contract):
    """A versioned model: what it is, how to feed it, how good it is and where it comes from."""

    name: str
    version: str
    architecture: str
    classes: tuple[str, str] = ("not pleasing", "pleasing")
    embedding_size: int
    preprocessing: Preprocessing
    calibration: Calibration
    reference: Reference
    golden: Golden
    datasets: tuple[DatasetCard, ...]
    metrics: tuple[Metric, ...]
    weights_sha256: str = Field(description="SHA-256 of model.onnx")
    training_command: str
    training_commit: str
    created: str = Field(description="Date of export, ISO 8601")
    summary: str = Field(description="The model card in a few sentences: what the score means, and what it does not.")


def parse_manifest(text: str | bytes) -> Manifest:
    """Read a manifest; a stored digest that does not fit the stored preprocessing is refused with ValueError.

    What a newer version of ours says beside that is passed over. A step of the preprocessing that this one does not
    know changes the digest, and is thus refused.
    """
    raw: dict[str, Any] = json.loads(text)
    stored = raw.get("preprocessing", {}).pop("digest", None)
    manifest = Manifest.of_fields(raw)
    if stored is not None and stored != manifest.preprocessing.digest:
        raise ValueError(f"preprocessing digest {stored} does not fit its fields ({manifest.preprocessing.digest})")
    return manifest
