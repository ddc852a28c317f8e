"""Colours as the file means them → sRGB (IEC 61966-2-1)."""

from io import BytesIO

from PIL import Image, ImageCms

BROKEN_PROFILE = "its colour profile could not be used and was ignored"


def to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, tuple[str, ...]]:
    """`image` (L, RGB, CMYK or LAB) in sRGB by its ICC `profile`, and notes about it.

    Without a profile RGB and grey are sRGB already, and CMYK is converted by formula.
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
    if done is None:  # only `inPlace=True` answers None
        raise ValueError("no picture came back from the colour conversion")
    return done


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    """Most profiles in photos are sRGB itself: a conversion would cost time and change next to nothing."""
    described = profile.profile.profile_description or ""
    return described.lower().startswith("srgb")
