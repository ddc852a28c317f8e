"""The answer about a photo."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field, field_validator

from critic_core.contracts.base import Contract


class PropertyName(StrEnum):
    """The measured qualities of a photo, each defined in `critic_core/imaging/properties/<name>.py`."""

    sharpness = "sharpness"
    fine_detail = "fine_detail"
    contrast = "contrast"
    saturation = "saturation"
    exposure = "exposure"
    clipping = "clipping"
    highlights = "highlights"
    white_balance = "white_balance"
    subject_separation = "subject_separation"
    background_flatness = "background_flatness"


class Level(StrEnum):
    """Where a measured value lies in what is usual for photographs."""

    low = "low"
    usual = "usual"
    high = "high"


class Property(Contract):
    """One measured quality."""

    value: float = Field(description="In the unit named beside it.")
    unit: str
    level: Level
    sentence: str = Field(description="The value in plain words.")


class Reason(Contract):
    """One thing that speaks for or against the photo, with a stable code."""

    code: str
    sentence: str
    favourable: bool


class Capture(Contract):
    """When and how the photo was taken, as its EXIF says: what tells bursts, brackets and scenes apart. Never where."""

    taken_at: datetime | None = Field(default=None, description="By the camera's own clock, without a time zone")
    exposure_seconds: float | None = None
    f_number: float | None = None
    iso: int | None = None
    exposure_bias_ev: float | None = None
    focal_length_mm: float | None = None
    focus_distance_m: float | None = None
    camera: str | None = Field(default=None, description="Maker and model")


class ImageFacts(Contract):
    """What the file is, as read from its bytes."""

    format: str = Field(description="Name in the formats registry, e.g. jpeg, heic, raw")
    media_type: str
    width: int = Field(description="Pixels, as seen upright")
    height: int = Field(description="Pixels, as seen upright")
    orientation: int = Field(description="EXIF orientation of the file, 1 to 8")
    frames: int = Field(description="More than 1 when animated; only the first is looked at")
    notes: tuple[str, ...] = Field(default=(), description="What a person should know, e.g. 'first frame of 12'")
    capture: Capture | None = Field(default=None, description="None where the file has no EXIF")


class Fingerprint(Contract):
    """What near duplicates are found by."""

    perceptual_hash: str = Field(description="64-bit pHash, 16 hex digits (ImageHash)")
    difference_hash: str = Field(description="64-bit dHash, 16 hex digits (ImageHash)")
    pixels_sha256: str = Field(description="Of the decoded upright sRGB pixels: equal for exact duplicates")
    thumbnail: str = Field(default="", description="32 × 32 grey pixels, base64: how far two frames are shifted")
    embedding: str = Field(description="The network's L2-normalised embedding, float16 little-endian, base64")


class Provenance(Contract):
    """Which model, fed how, on what device, said so."""

    model: str
    version: str
    weights_sha256: str
    preprocessing_digest: str
    device: str


class Timings(Contract):
    """Milliseconds a stage took in the worker."""

    load: float = Field(description="storage → bytes")
    decode: float = Field(description="bytes → upright sRGB pixels")
    measure: float = Field(description="properties")
    fingerprint: float
    prepare: float = Field(description="pixels → network input")
    infer: float = Field(description="the call to the inference server, waiting included")
    preview: float
    total: float


class Critique(Contract):
    """How good a photo is, and why."""

    score: float = Field(ge=0, le=100, description="100 × probability; higher is better")
    probability: float = Field(ge=0, le=1, description="Calibrated probability that people find the photo pleasing")
    percentile: float = Field(
        ge=0, le=100, description="TrafficSplit of the reference photos that score lower, percent"
    )
    reference: str = Field(description="The set of photos the percentile is against")
    label: str = Field(description="The likelier of the model's two classes")
    properties: dict[PropertyName, Property]
    reasons: tuple[Reason, ...]
    image: ImageFacts
    fingerprint: Fingerprint
    provenance: Provenance
    timings_ms: Timings

    @field_validator("properties", mode="before")
    @classmethod
    def _ignore_unknown(cls, properties: Any) -> Any:
        """A newer worker may measure properties that this version does not know."""
        return {name: value for name, value in properties.items() if name in set(PropertyName)}
