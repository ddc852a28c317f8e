"""The critique of a photo: score, properties, reasons and provenance."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field, field_validator

from critic_core.contracts.base import Contract


class PropertyName(StrEnum):
    """The measured properties of a photo, defined in `critic_core/imaging/properties/<name>.py`."""

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


class PhotoKind(StrEnum):
    """What a photo is of."""

    people = "people"
    animal = "animal"
    food = "food"
    landscape = "landscape"
    plant = "plant"
    building = "building"
    interior = "interior"
    vehicle = "vehicle"
    object = "object"
    text = "text"


class Level(StrEnum):
    """A measured value relative to the usual range of photographs."""

    low = "low"
    usual = "usual"
    high = "high"


class Property(Contract):
    """A measured property."""

    value: float = Field(description="In `unit`")
    unit: str
    level: Level
    sentence: str = Field(description="The value in plain words")


class Reason(Contract):
    """A reason for or against the photo, with a stable code."""

    code: str
    sentence: str
    favourable: bool


class AfArea(Contract):
    """The area that the camera focused on, as shares of the upright photo; sides of 0 for a point."""

    left: float
    top: float
    width: float
    height: float


class Capture(Contract):
    """Time, camera settings and rating from EXIF and XMP, for sequences, scenes and exports; never the place."""

    taken_at: datetime | None = Field(default=None, description="Local time of the camera, with its zone if known")
    exposure_seconds: float | None = None
    f_number: float | None = None
    iso: int | None = None
    exposure_bias_ev: float | None = None
    focal_length_mm: float | None = None
    focus_distance_m: float | None = None
    camera: str | None = Field(default=None, description="Maker and model")
    lens: str | None = None
    serial_number: str | None = Field(default=None, description="Of the camera: two cameras of one model are two")
    rating: int | None = Field(default=None, description="Stars in the file, 1 to 5; −1: rejected; none: not rated")
    af_area: AfArea | None = Field(default=None, description="From EXIF or the maker notes; none: not stated")


class ImageFacts(Contract):
    """Facts about the file, from its content."""

    format: str = Field(description="Name of the file format, e.g. jpeg, heic, cr2")
    media_type: str
    width: int = Field(description="Pixels, upright")
    height: int = Field(description="Pixels, upright")
    orientation: int = Field(description="EXIF orientation of the file, 1 to 8")
    frames: int = Field(description="More than 1 for animations; the critique is of the first frame")
    notes: tuple[str, ...] = Field(default=(), description="Notes for the user, e.g. 'first frame of 12'")
    damaged: bool = Field(default=False, description="A part of the picture is not what the camera saw")
    capture: Capture | None = Field(default=None, description="None without EXIF")


class Fingerprint(Contract):
    """Fingerprints for the detection of near duplicates."""

    perceptual_hash: str = Field(description="64-bit pHash, 16 hex digits (ImageHash)")
    difference_hash: str = Field(description="64-bit dHash, 16 hex digits (ImageHash)")
    pixels_sha256: str = Field(description="SHA-256 of the upright sRGB pixels: equal for exact duplicates")
    thumbnail: str = Field(default="", description="32 × 32 grey pixels, base64, for the shift between two frames")
    colours: str = Field(default="", description="Cb and Cr of 8 × 8 cells, base64, for pictures in other colours")
    embedding: str = Field(
        default="", description="The network's L2-normalised embedding, float16 little-endian, base64"
    )


class EyeState(StrEnum):
    """Eyes of a face; unknown: sunglasses, a profile, too few pixels, or neither clearly."""

    open = "open"
    closed = "closed"
    unknown = "unknown"


class Face(Contract):
    """A face, without identity. Positions and sizes are shares of the upright photo's width and height."""

    left: float
    top: float
    width: float = Field(gt=0)
    height: float = Field(gt=0)
    confidence: float = Field(ge=0, le=1, description="Chance that it is a face")
    detail: float = Field(ge=0, description="Strength of the finest structures, levels: compares frames of one person")
    eyes: EyeState
    eyes_confidence: float = Field(ge=0, le=1, description="Chance that `eyes` is right; 0 for unknown")


class SubjectSource(StrEnum):
    """What the position of the subject is known by, the surest first."""

    faces = "faces"
    af_area = "af_area"
    saliency = "saliency"


class Focus(Contract):
    """Where the photo is sharp, and where its subject is."""

    subject: SubjectSource
    subject_detail: float = Field(description="Strength of the finest structures of the subject, levels")
    background_detail: float = Field(description="The same around the subject")
    detail_tiles: str = Field(description="Detail by 16 × 16 tiles, row by row: bytes, base64; a step is 1/16 octave")
    subject_tiles: str = Field(description="Weight of each tile as part of the subject: bytes, base64")


class Horizon(Contract):
    """The tilt of the photo by its straight edges."""

    degrees: float = Field(ge=-15, le=15, description="Positive: turned clockwise")
    confidence: float = Field(ge=0, le=1, description="Share of the edges that agree")


class Provenance(Contract):
    """The model version, preprocessing and device behind the critique."""

    model: str
    version: str
    weights_sha256: str
    preprocessing_digest: str
    device: str


class Timings(Contract):
    """Duration of the worker's stages, milliseconds."""

    load: float = Field(description="storage → bytes")
    decode: float = Field(description="bytes → upright sRGB pixels")
    measure: float = Field(description="properties")
    fingerprint: float
    prepare: float = Field(description="pixels → network input")
    infer: float = Field(description="inference request, including time in the server's queue")
    preview: float
    total: float


class ScoreInterval(Contract):
    """The range of scores that people's ratings of photos with this score fall into."""

    low: float = Field(ge=0, le=100)
    high: float = Field(ge=0, le=100)
    level: float = Field(description="Share of photos whose rating lies within, measured on photos outside training")
    conclusive: bool = Field(description="False: the interval holds 50, so the model cannot tell the better half")


class Critique(Contract):
    """Score and reasons of a photo."""

    score: float = Field(ge=0, le=100, description="Estimated mean rating by people; 50: an ordinary photo")
    interval: ScoreInterval | None = Field(default=None, description="None for models without measured intervals")
    probability: float = Field(ge=0, le=1, description="Calibrated probability that people find the photo pleasing")
    percentile: float = Field(ge=0, le=100, description="Share of the reference photos with a lower score, percent")
    reference: str = Field(description="Name of the set of reference photos")
    label: str = Field(description="The more probable of the model's two classes")
    kind: PhotoKind | None = Field(
        default=None, description="What the photo is of; None where no kind has half the chance"
    )
    properties: dict[PropertyName, Property]
    reasons: tuple[Reason, ...]
    image: ImageFacts
    fingerprint: Fingerprint
    faces: tuple[Face, ...] | None = Field(default=None, description="The largest first; none: not searched for")
    focus: Focus | None = None
    horizon: Horizon | None = None
    provenance: Provenance
    timings_ms: Timings

    @field_validator("properties", mode="before")
    @classmethod
    def _ignore_unknown(cls, properties: Any) -> Any:
        """Ignore properties of newer workers."""
        return {name: value for name, value in properties.items() if name in set(PropertyName)}
