"""A reader for every format: bytes → an opened photo, header parsed, pixels not yet decoded.

The readers call Pillow's classes directly, not `Image.open`: `formats.sniff` chooses the parser, and `Limits` replaces
Pillow's process-wide pixel limit.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from types import MappingProxyType

import imagecodecs
import numpy as np
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from pillow_heif import HeifFile
from pillow_heif.as_plugin import HeifImageFile
from tifffile import TiffPage

from critic_core.contracts.errors import PhotoCorrupt, PhotoUnsupported
from critic_core.imaging import deep_jpeg, frames, jxl, orientation, raw, tiff_photo
from critic_core.imaging.capture import capture_of, capture_of_raw
from critic_core.imaging.colour_tags import colour_of_exif, colour_of_png, colour_of_profile, profile_of_bmp
from critic_core.imaging.deep import DeepImage
from critic_core.imaging.heif_items import bits_of_main, colour_of_main, crop_of_main
from critic_core.imaging.jpeg_pixels import load_jpeg
from critic_core.imaging.opened import Colour, Loaded, Opened
from critic_core.imaging.structure import tiff as tiff_structure
from critic_core.metadata.embedded import xmp_packet


def _jpeg(data: bytes) -> Opened:
    deep_jpeg.check_coding(data)
    if deep_jpeg.bits_of(data) > 8:
        return deep_jpeg.open_deep_jpeg(data)
    image = JpegImagePlugin.JpegImageFile(BytesIO(data))

    def load(long_side: int) -> Loaded:
        pixels, notes = load_jpeg(image, data, long_side)
        return Loaded(pixels, _profile(image) or _exif_colour(image), notes=notes)

    return _opened(data, image, load, reduces=True)


def _gif(data: bytes) -> Opened:
    image = GifImagePlugin.GifImageFile(BytesIO(data))
    return _opened(data, image, _loading(image), frame_count=frames.count_gif(data))


def _bmp(data: bytes) -> Opened:
    try:
        image = BmpImagePlugin.BmpImageFile(BytesIO(data))
    except OSError as error:
        if str(error).startswith("Unsupported BMP") and "Palette" not in str(error):
            raise PhotoUnsupported(f"The BMP is of a rare kind, which is not read: {error}.") from error
        raise
    return _opened(data, image, _loading(image, colour_of_profile(profile_of_bmp(data))))


def _png(data: bytes) -> Opened:
    image = PngImagePlugin.PngImageFile(BytesIO(data))
    tagged, precedes = colour_of_png(data)
    colour = (None if precedes else _profile(image)) or tagged

    def load(_: int) -> Loaded:
        if _is_hdr(colour):
            return Loaded(_deep_png(data), colour)
        image.load()  # EXIF may stand behind the pixels
        return Loaded(image, colour or _exif_colour(image))

    return _opened(data, image, load, frame_count=image.n_frames)


def _webp(data: bytes) -> Opened:
    image = WebPImagePlugin.WebPImageFile(BytesIO(data))
    colour: Colour = _profile(image) or _exif_colour(image)
    return _opened(data, image, lambda _: Loaded(_webp_frame(image), colour), frame_count=image.n_frames)


def _webp_frame(image: WebPImagePlugin.WebPImageFile) -> Image.Image:
    """Pillow's `load` without a copy of the decoder's frame: 288 instead of 384 MB for 24 megapixels.

    Pillow only has libwebp's animation decoder, with two canvases; deleting the decoder frees both before conversion.
    """
    frame = image._decoder.get_next()
    del image._decoder
    if frame is None:
        raise OSError("no first frame")
    whole = Image.frombuffer(image.rawmode, image.size, frame[0], "raw", image.rawmode, 0, 1)
    whole.info = image.info
    return whole


def _avif(data: bytes) -> Opened:
    image = AvifImagePlugin.AvifImageFile(BytesIO(data))
    image.info.pop("xmp", None)  # by which Pillow would turn what the container does not (MIAF, 7.3.6.7)
    crop = crop_of_main(data, image.size)
    colour: Colour = _profile(image) or colour_of_main(data) or _exif_colour(image)

    def load(_: int) -> Loaded:
        if _is_hdr(colour):
            return Loaded(_deep_avif(data, crop), colour)
        image.load()
        return Loaded(image.crop(crop) if crop else image, colour)

    stored = (crop[2] - crop[0], crop[3] - crop[1]) if crop else image.size
    return replace(_opened(data, image, load, frame_count=image.n_frames), stored=stored)


def _tiff(data: bytes) -> Opened:
    page = tiff_photo.photo_page(data)
    if tiff_photo.is_sensor(page):
        return _raw(data)
    notes = _first_note("page", frames.count_tiff(data))
    if tiff_photo.is_plain(page):
        with suppress(SyntaxError):  # a combination of samples that Pillow does not know
            return _plain_tiff(data, notes)
    return _deep_tiff(data, page, notes)


def _plain_tiff(data: bytes, notes: tuple[str, ...]) -> Opened:
    """Pillow applies the orientation of a TIFF during decoding, and deletes the tag."""
    image = TiffImagePlugin.TiffImageFile(BytesIO(data))
    exif_orientation = orientation.from_exif(image)
    rows = image.tag_v2[256], image.tag_v2[257]
    return Opened(
        stored=orientation.upright_size(rows, exif_orientation),
        load=_loading(image, _profile(image) or colour_of_exif(data)),
        capture=lambda: capture_of(image, data),
        frames=frames.count_tiff(data),
        exif_orientation=exif_orientation,
        upright=True,
        notes=notes,
    )


def _deep_tiff(data: bytes, page: TiffPage, notes: tuple[str, ...]) -> Opened:
    tiff_photo.check_readable(page)
    tag = page.tags.get(274)

    def load(_: int) -> Loaded:
        profile = colour_of_profile(tiff_photo.profile_of(page))
        colour = profile or tiff_photo.implied_colour(page) or colour_of_exif(data)
        return Loaded(tiff_photo.read_deep(page), colour, is_lab=tiff_photo.is_lab(page))

    return Opened(
        stored=(page.imagewidth, page.imagelength),
        load=load,
        check=lambda most: tiff_structure.check(data, most, page.offset),
        capture=lambda: capture_of_raw(data),
        frames=frames.count_tiff(data),
        exif_orientation=orientation.checked(int(tag.value)) if tag else orientation.from_xmp(xmp_packet(data)),
        notes=notes,
    )


def _heif(data: bytes) -> Opened:
    """libheif applies orientation and crop in the container's boxes; the EXIF tag remains in `info`."""
    image = HeifImageFile(BytesIO(data))  # type: ignore[no-untyped-call]  # the class has no types
    exif_orientation = orientation.checked(image.info.get("original_orientation"))
    colour: Colour = _profile(image) or colour_of_main(data) or _exif_colour(image)

    def load(_: int) -> Loaded:
        if _is_hdr(colour):
            return Loaded(_deep_heif(data), colour)
        image.load()  # type: ignore[no-untyped-call]  # the class has no types
        return Loaded(image, colour)

    return Opened(
        stored=image.size,
        load=load,
        capture=lambda: capture_of(image, data),
        frames=image.n_frames,
        exif_orientation=exif_orientation,
        upright=True,
        notes=_first_note("image", image.n_frames, "main"),
    )


def _is_hdr(colour: Colour) -> bool:
    """Eight bits are too few for PQ."""
    return not isinstance(colour, bytes) and colour is not None and colour.is_hdr


def _deep_png(data: bytes) -> DeepImage:
    """All bits, of which Pillow keeps eight."""
    values = imagecodecs.png_decode(data)
    values = values[..., None] if values.ndim == 2 else values
    return DeepImage(values, float(np.iinfo(values.dtype).max), alpha=values.shape[2] in (2, 4))


def _deep_avif(data: bytes, crop: tuple[int, int, int, int] | None) -> DeepImage:
    """All bits of the main picture, as stored."""
    values = imagecodecs.avif_decode(data, index=0, numthreads=1)
    values = values[..., None] if values.ndim == 2 else values
    left, top, right, bottom = crop or (0, 0, values.shape[1], values.shape[0])
    white = float(2 ** bits_of_main(data) - 1)
    return DeepImage(values[top:bottom, left:right], white, alpha=values.shape[2] in (2, 4))


def _deep_heif(data: bytes) -> DeepImage:
    """All bits of the main picture."""
    heif = HeifFile(BytesIO(data), convert_hdr_to_8bit=False)  # type: ignore[no-untyped-call]  # as above
    values = np.asarray(heif)
    alpha = heif.mode.startswith("RGBA")
    return DeepImage(values, float(np.iinfo(values.dtype).max), alpha)


def _raw(data: bytes) -> Opened:
    try:
        photo = raw.open_raw(data)
    except PhotoCorrupt:
        if not tiff_photo.is_tiff(data) or tiff_photo.is_sensor(tiff_photo.photo_page(data)):
            raise
        return _tiff(data)  # an export of a RAW developer, with the camera's name

    def load(long_side: int) -> Loaded:
        if photo.jpeg is None:
            return Loaded(photo.image, None)
        pixels, notes = load_jpeg(photo.image, photo.jpeg, long_side)
        exif = photo.image.info.get("exif") or data  # a preview without EXIF is in the colours of the file
        return Loaded(pixels, _profile(photo.image) or colour_of_exif(exif), notes=notes)

    return Opened(
        stored=photo.image.size,
        load=load,
        capture=lambda: capture_of_raw(data),
        exif_orientation=photo.orientation,
        upright=photo.upright,
        size=photo.size,
        reduces=photo.jpeg is not None,
        notes=(photo.note,),
    )


def _opened(
    data: bytes, image: Image.Image, load: Callable[[int], Loaded], frame_count: int = 1, *, reduces: bool = False
) -> Opened:
    """A photo that Pillow opened and turns nowhere."""
    return Opened(
        stored=image.size,
        load=load,
        capture=lambda: capture_of(image, data),
        frames=frame_count,
        turn=lambda: orientation.from_exif(image),
        reduces=reduces,
        notes=_first_note("frame", frame_count),
    )


def _loading(image: Image.Image, colour: Colour = None) -> Callable[[int], Loaded]:
    """Pillow's own way."""

    def load(_: int) -> Loaded:
        image.load()
        return Loaded(image, colour)

    return load


def _profile(image: Image.Image) -> Colour:
    return colour_of_profile(image.info.get("icc_profile"))


def _exif_colour(image: Image.Image) -> Colour:
    return colour_of_exif(image.info.get("exif") or b"")


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
        "jxl": jxl.open_jxl,
    }
)
"""Readers by `Format.reader`."""
