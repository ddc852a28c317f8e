"""JPEG XL, by libjxl (imagecodecs): pixels in the colour that the header describes, upright.

Source: ISO/IEC 18181-1, 18181-2.
"""

import imagecodecs
import numpy as np

from critic_core.imaging.capture import capture_of_block
from critic_core.imaging.code_points import LINEAR
from critic_core.imaging.colour import BROKEN_PROFILE
from critic_core.imaging.deep import DeepImage
from critic_core.imaging.jxl_header import JxlHeader, codestream, exif_of, read_header
from critic_core.imaging.opened import Loaded, Opened


def open_jxl(data: bytes) -> Opened:
    """Raises PhotoCorrupt for a header that ends too early, PhotoUnsupported for CMYK."""
    header = read_header(codestream(data))
    exif = exif_of(data)
    notes = ("first frame of an animation",) if header.animated else ()
    return Opened(
        stored=header.size,
        load=lambda _: _load(data, header),
        capture=lambda: capture_of_block(exif, data),
        frames=2 if header.animated else 1,
        exif_orientation=header.orientation,
        upright=True,
        size=header.upright_size,
        notes=notes,
    )


def _load(data: bytes, header: JxlHeader) -> Loaded:
    values = imagecodecs.jpegxl_decode(data, index=0 if header.animated else None, numthreads=1)
    if values.ndim == 2:
        values = values[..., None]
    colours = 1 if header.grey else 3
    channels = values[..., : colours + (1 if header.alpha else 0)]
    white = 1.0 if np.issubdtype(values.dtype, np.floating) else float(2**header.bits - 1)
    pixels = DeepImage(channels, white, header.alpha, header.alpha_multiplied)
    if not header.has_profile:
        return Loaded(pixels, header.colour)
    if header.xyb:  # libjxl decodes into linear light
        return Loaded(pixels, LINEAR)
    return Loaded(pixels, None, notes=(BROKEN_PROFILE,))
