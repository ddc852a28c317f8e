"""A suggestion as an XMP sidecar with settings of Camera Raw, which Lightroom reads, and darktable imports.

Camera Raw crops in the coordinates of the stored photo, before its orientation applies: two opposite corners of the
frame, as shares of width and height, and the angle by which the photo is turned against the clock.
"""

import math

from critic_core.contracts.critique import ImageFacts
from critic_core.contracts.insight import CropSuggestion, ExposureSuggestion, StraightenSuggestion, Suggestion
from critic_core.exports.xmp_document import XmpDocument
from critic_core.metadata.namespaces import CAMERA_RAW

MEDIA_TYPE = "application/rdf+xml"
_PROCESS_VERSION = "6.7"
"""The oldest with `Exposure2012`."""
_MIRRORED = (2, 4, 5, 7)
_TRANSPOSED = (5, 6, 7, 8)
Corners = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def develop_sidecar(suggestion: Suggestion, image: ImageFacts) -> bytes:
    """The sidecar of a photo with the upright size and the EXIF orientation of `image`."""
    document = XmpDocument(None)
    settings = {"HasSettings": "True", "ProcessVersion": _PROCESS_VERSION, **_settings(suggestion, image)}
    for name, value in settings.items():
        document.set(f"{{{CAMERA_RAW}}}{name}", value)
    return document.to_bytes()


def _settings(suggestion: Suggestion, image: ImageFacts) -> dict[str, str]:
    match suggestion:
        case ExposureSuggestion():
            return {"Exposure2012": f"{suggestion.stops:+.2f}"}
        case StraightenSuggestion():
            return _crop(_turned_corners(suggestion, image), _stored_angle(suggestion.degrees, image))
        case CropSuggestion():
            return _crop(_stored_corners(suggestion, image.orientation), 0)


def _crop(corners: Corners, angle: float) -> dict[str, str]:
    sides = zip(("CropLeft", "CropTop", "CropRight", "CropBottom"), corners, strict=True)
    return {"HasCrop": "True", "CropAngle": f"{angle:.2f}", **{name: f"{share:.6f}" for name, share in sides}}


def _stored_angle(degrees: float, image: ImageFacts) -> float:
    """Against the clock; a mirrored photo turns the other way."""
    return degrees if image.orientation in _MIRRORED else -degrees


def _turned_corners(turn: StraightenSuggestion, image: ImageFacts) -> Corners:
    """The middle frame of the turned photo, its corners turned back."""
    width, height = image.width, image.height
    if image.orientation in _TRANSPOSED:
        width, height = height, width
    radians = math.radians(_stored_angle(turn.degrees, image))
    half = turn.share / 2
    across = half * (width * math.cos(radians) - height * math.sin(radians)) / width
    down = half * (width * math.sin(radians) + height * math.cos(radians)) / height
    return 0.5 - across, 0.5 - down, 0.5 + across, 0.5 + down


def _stored_corners(crop: CropSuggestion, orientation: int) -> Corners:
    first = _stored(crop.left, crop.top, orientation)
    last = _stored(crop.left + crop.width, crop.top + crop.height, orientation)
    (left, right), (top, bottom) = (sorted(shares) for shares in zip(first, last, strict=True))
    return left, top, right, bottom


def _stored(x: float, y: float, orientation: int) -> tuple[float, float]:
    """A point of the upright photo, in the stored one."""
    across, down = (y, x) if orientation in _TRANSPOSED else (x, y)
    return 1 - across if orientation in (2, 3, 7, 8) else across, 1 - down if orientation in (3, 4, 6, 7) else down
