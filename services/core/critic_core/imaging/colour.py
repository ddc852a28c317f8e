"""Colour management: ICC profile → sRGB (IEC 61966-2-1)."""

from io import BytesIO

from PIL import Image, ImageCms

BROKEN_PROFILE = "its colour profile could not be used and was ignored"


def to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, tuple[str, ...]]:
    """`image` (L, RGB, CMYK or LAB) converted to sRGB by the ICC `profile`, and notes for the user.

    Without a profile, RGB and grey count as sRGB, and a formula converts CMYK.
    """
    if image.mode == "LAB":
        return _converted(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))), ()
    if not profile:
        return image.convert("RGB"), ()
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        return _converted(image, source), ()
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image.convert("RGB"), (BROKEN_PROFILE,)


def _converted(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    if image.mode == "RGB" and _is_srgb(source):
        return image
    target = ImageCms.createProfile("sRGB")
    done = ImageCms.profileToProfile(image, source, target, ImageCms.Intent.PERCEPTUAL, outputMode="RGB")
    if done is None:  # only `inPlace=True` returns None
        raise ValueError("no picture came back from the colour conversion")
    return done


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    """Most embedded profiles are sRGB, where a conversion costs time and changes almost no pixel."""
    described = profile.profile.profile_description or ""
    return described.lower().startswith("srgb")
