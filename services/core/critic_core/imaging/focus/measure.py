"""The focus of a photo, as tiles that compare with other frames of the moment."""

import base64
from collections.abc import Sequence

import numpy as np

from critic_core.contracts.critique import AfArea, Face, Focus
from critic_core.imaging.decode import Pixels
from critic_core.imaging.focus.detail import TILES, Tiles, detail_tiles
from critic_core.imaging.focus.subject import subject_tiles

_STEPS = 16  # an octave
_LEAST = 2.0**-6  # levels


def measure_focus(pixels: Pixels, faces: Sequence[Face], area: AfArea | None = None) -> Focus:
    """Detail and subject by tiles; `area`: where the camera focused."""
    detail = detail_tiles(pixels)
    weights, source = subject_tiles(pixels, faces, area)
    return Focus(
        subject=source,
        subject_detail=round(_mean(detail, weights), 3),
        background_detail=round(_mean(detail, np.clip(weights.max() - weights, 0, None)), 3),
        detail_tiles=_encode(np.log2(np.maximum(detail, _LEAST) / _LEAST) * _STEPS),
        subject_tiles=_encode(weights / max(1e-9, float(weights.max())) * 255),
    )


def _mean(detail: Tiles, weights: Tiles) -> float:
    """Root of the weighted mean square."""
    return float(np.sqrt((detail**2 * weights).sum() / max(1e-9, float(weights.sum()))))


def _encode(tiles: Tiles) -> str:
    return base64.b64encode(tiles.round().clip(0, 255).astype(np.uint8).tobytes()).decode("ascii")


def decode_detail(focus: Focus) -> Tiles:
    """Levels, `[16, 16]`. ValueError for tiles of another size."""
    steps = np.frombuffer(base64.b64decode(focus.detail_tiles), np.uint8).reshape(TILES, TILES)
    return np.asarray(_LEAST * 2 ** (steps / _STEPS), np.float32)


def decode_subject(focus: Focus) -> Tiles:
    """Weights, 0 to 255, `[16, 16]`. ValueError for tiles of another size."""
    return np.frombuffer(base64.b64decode(focus.subject_tiles), np.uint8).reshape(TILES, TILES).astype(np.float32)
