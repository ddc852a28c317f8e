"""A photo between its header and its pixels."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from critic_core.contracts.critique import Capture
from critic_core.imaging.code_points import CodePoints
from critic_core.imaging.deep import DeepImage

Colour = bytes | CodePoints | None
"""An ICC profile, code points, or sRGB."""


def _unchecked(_: int) -> None:
    """No further structure."""


@dataclass(frozen=True)
class Loaded:
    """Stored pixels and their colour. `is_lab`: deep pixels are L*a*b*."""

    pixels: Image.Image | DeepImage
    colour: Colour
    is_lab: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Opened:
    """A photo before decoding.

    `stored`: size of the stored pixels. `load` decodes for a long side; `check` takes the limit of pixels and raises
    PhotoTooComplex. `exif_orientation`: where decoding removes the tag, else `turn` reads it after decoding. `upright`:
    the decoder applies the orientation. `size`: upright size of the photo, where `stored` is a preview's. `reduces`:
    the decoder never holds all pixels.
    """

    stored: tuple[int, int]
    load: Callable[[int], Loaded]
    capture: Callable[[], Capture | None]
    frames: int = 1
    exif_orientation: int | None = None
    turn: Callable[[], int] = lambda: 1
    upright: bool = False
    size: tuple[int, int] | None = None
    reduces: bool = False
    check: Callable[[int], None] = _unchecked
    notes: tuple[str, ...] = ()
