"""A reader for every format: bytes → an opened image, header parsed, pixels not yet decoded.

The readers call Pillow's classes directly, not `Image.open`: `formats.sniff` chooses the parser, and `Limits` replaces
Pillow's process-wide pixel limit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from types import MappingProxyType

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from pillow_heif.as_plugin import HeifImageFile

from critic_core.imaging import frames, orientation, raw


def _load(image: Image.Image) -> Image.Image:
    image.load()
    return image


@dataclass(frozen=True)
class Opened:
    """An image before decoding.

    `exif_orientation`: for formats where decoding removes the tag. `upright`: the decoder already applies the
    orientation. `size`: the size of the photo, where `image` is only a preview. `load` decodes `image`.
    """

    image: Image.Image
    frames: int = 1
    exif_orientation: int | None = None
    upright: bool = False
    size: tuple[int, int] | None = None
    notes: tuple[str, ...] = ()
    load: Callable[[Image.Image], Image.Image] = _load


def _jpeg(data: bytes) -> Opened:
    return Opened(JpegImagePlugin.JpegImageFile(BytesIO(data)))


def _gif(data: bytes) -> Opened:
    return _first_of(GifImagePlugin.GifImageFile(BytesIO(data)), frames.count_gif(data))


def _bmp(data: bytes) -> Opened:
    return Opened(BmpImagePlugin.BmpImageFile(BytesIO(data)))


def _png(data: bytes) -> Opened:
    image = PngImagePlugin.PngImageFile(BytesIO(data))
    return _first_of(image, image.n_frames)


def _webp(data: bytes) -> Opened:
    image = WebPImagePlugin.WebPImageFile(BytesIO(data))
    return replace(_first_of(image, image.n_frames), load=_load_webp)


def _load_webp(image: Image.Image) -> Image.Image:
    """Pillow's `load` without a copy of the decoder's frame: 288 instead of 384 MB for 24 megapixels.

    Pillow only has libwebp's animation decoder, with two canvases; deleting the decoder frees both before conversion.
    """
    if not isinstance(image, WebPImagePlugin.WebPImageFile):
        raise TypeError(f"not a WebP: {type(image)}")
    frame = image._decoder.get_next()
    del image._decoder
    if frame is None:
        raise OSError("no first frame")
    whole = Image.frombuffer(image.rawmode, image.size, frame[0], "raw", image.rawmode, 0, 1)
    whole.info = image.info
    return whole


def _avif(data: bytes) -> Opened:
    image = AvifImagePlugin.AvifImageFile(BytesIO(data))
    return _first_of(image, image.n_frames)


def _tiff(data: bytes) -> Opened:
    """Pillow applies the orientation of a TIFF during decoding, and deletes the tag."""
    image = TiffImagePlugin.TiffImageFile(BytesIO(data))
    exif_orientation = orientation.checked(image.tag_v2.get(274))
    pages = frames.count_tiff(data)
    return Opened(image, pages, exif_orientation, upright=True, notes=_first_note("page", pages))


def _heif(data: bytes) -> Opened:
    """libheif applies the orientation in the container's boxes; the EXIF tag remains in `info`."""
    image = HeifImageFile(BytesIO(data))  # type: ignore[no-untyped-call]  # the class has no types
    exif_orientation = orientation.checked(image.info.get("original_orientation"))
    return Opened(
        image, image.n_frames, exif_orientation, upright=True, notes=_first_note("image", image.n_frames, "main")
    )


def _raw(data: bytes) -> Opened:
    preview = raw.largest_preview(data)
    width, height = preview.image.size
    note = f"seen through its embedded preview of {width} × {height} pixels"
    return Opened(preview.image, 1, preview.orientation, size=preview.photo_size, notes=(note,))


def _first_of(image: ImageFile.ImageFile, count: int) -> Opened:
    return Opened(image, count, notes=_first_note("frame", count))


def _first_note(what: str, count: int, which: str = "first") -> tuple[str, ...]:
    if count < 2:
        return ()
    return (f"{which} {what} of {count}{' or more' if count >= frames.MOST else ''}",)


READERS: Mapping[str, Callable[[bytes], Opened]] = MappingProxyType(
    {
        "jpeg": _jpeg,
        "png": _png,
        "webp": _webp,
        "avif": _avif,
        "tiff": _tiff,
        "gif": _gif,
        "bmp": _bmp,
        "heif": _heif,
        "raw": _raw,
    }
)
"""Readers by `Format.reader`."""
