"""Colour management: ICC profile or code points → sRGB (IEC 61966-2-1)."""

from functools import cache, lru_cache
from io import BytesIO
from typing import TypeVar

import imagecodecs
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from critic_core.imaging import code_points
from critic_core.imaging.code_points import CodePoints
from critic_core.imaging.lab import lab_to_srgb
from critic_core.imaging.opened import Colour

Pixels = npt.NDArray[np.uint8]
Float = npt.NDArray[np.floating]

Number = TypeVar("Number", bound=np.generic)

BROKEN_PROFILE = "its colour profile could not be used and was ignored"
TONE_MAPPED = "high dynamic range, reduced to the range of a usual screen"
_PROBE_LEVELS = (0, 16, 48, 96, 160, 224, 255)
_SAME_LEVELS = 2
_MAX_CACHED_BYTES = 1_000_000  # more than profiles of cameras, scanners and presses have
_SPACES = {1: "gray", 3: "rgb", 4: "cmyk"}


def to_srgb(image: Image.Image, colour: Colour) -> tuple[Pixels, tuple[str, ...]]:
    """`image` (L, RGB, CMYK or LAB) in sRGB, and notes for the user.

    Without a colour, RGB and grey count as sRGB, and a formula converts CMYK.
    """
    if image.mode == "LAB":
        return _by_profile(image, _lab_profile())
    if isinstance(colour, bytes):
        return _by_profile(image, colour)
    if colour is None or colour == code_points.SRGB or image.mode == "CMYK":
        return np.asarray(image if image.mode == "RGB" else image.convert("RGB")), ()  # the conversion copies RGB, too
    return _by_code_points(np.asarray(image.convert("RGB"), np.float32) / 255, colour)


def deep_to_srgb(values: Float, colour: Colour) -> tuple[Pixels, tuple[str, ...]]:
    """`values` `[h, w, 1, 3 or 4]`, 1 is white (or full ink), in sRGB, and notes."""
    if isinstance(colour, bytes):
        try:
            return _deep_by_profile(values, colour), ()
        except (imagecodecs.CmsError, ValueError, TypeError, OSError):
            return _without_colour(values), (BROKEN_PROFILE,)
    if colour is None or colour == code_points.SRGB or values.shape[2] == 4:
        return _without_colour(values), ()
    return _by_code_points(_three(values), colour)


def deep_lab_to_srgb(values: Float, white: float) -> Pixels:
    """L*a*b* with a and b counted from their middle, all as shares of `white`."""
    step = white / 255 if white < 256 else white / 256
    lightness, a, b = values[..., 0] * 100, values[..., 1] * step - 128, values[..., 2] * step - 128
    return lab_to_srgb(lightness, a, b)


def _by_code_points(values: Float, colour: CodePoints) -> tuple[Pixels, tuple[str, ...]]:
    pixels, mapped = code_points.to_srgb(values, colour)
    return pixels, (TONE_MAPPED,) if mapped else ()


def _by_profile(image: Image.Image, profile: bytes) -> tuple[Pixels, tuple[str, ...]]:
    if image.mode == "L" and _is_of_rgb(profile):
        image = image.convert("RGB")
    try:
        build = _transform if len(profile) <= _MAX_CACHED_BYTES else _transform.__wrapped__
        transform = build(profile, image.mode)
        return np.asarray(transform.apply(image) if transform else image), ()
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return np.asarray(image.convert("RGB")), (BROKEN_PROFILE,)


def _is_of_rgb(profile: bytes) -> bool:
    """Grey photos keep the profile of the colours that they had."""
    return profile[16:20] == b"RGB "


@cache
def _lab_profile() -> bytes:
    """Once: its bytes hold the time of making."""
    return bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes())


@lru_cache(maxsize=4)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """To sRGB; None for a profile that does what sRGB does. Photos of a camera share one, slow to build."""
    source, target = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
    transform = ImageCms.buildTransform(source, target, mode, "RGB", ImageCms.Intent.PERCEPTUAL)
    return None if mode == "RGB" and _is_identity(transform) else transform


def _is_identity(transform: ImageCms.ImageCmsTransform) -> bool:
    """True for the transform of most profiles named sRGB, and some others."""
    after = np.asarray(transform.apply(_probe()), np.int16)
    return bool(np.abs(after - np.asarray(_probe(), np.int16)).max() <= _SAME_LEVELS)


@cache
def _probe() -> Image.Image:
    """Every combination of some levels of red, green and blue."""
    levels = np.array(_PROBE_LEVELS, np.uint8)
    return Image.fromarray(np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(len(levels), -1, 3))


def _deep_by_profile(values: Float, profile: bytes) -> Pixels:
    target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    if _is_of_rgb(profile):
        values = _three(values)
    channels = values.shape[2]
    source = values[..., 0] if channels == 1 else values
    done = imagecodecs.cms_transform(
        np.ascontiguousarray(np.clip(source, 0, 1) * 65535 + 0.5, np.uint16),
        profile,
        target,
        colorspace=_SPACES[channels],
        outcolorspace="rgb",
        outdtype="u1",
        intent=0,
    )
    return np.asarray(done, np.uint8)


def _without_colour(values: Float) -> Pixels:
    levels = np.asarray(np.clip(values, 0, 1) * 255 + 0.5, np.uint8)
    if values.shape[2] == 4:
        return np.asarray(Image.fromarray(levels, "CMYK").convert("RGB"))
    return np.asarray(_three(levels))


def _three(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    return np.repeat(values, 3, axis=2) if values.shape[2] == 1 else values
