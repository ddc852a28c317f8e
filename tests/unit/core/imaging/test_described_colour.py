"""Colour described by code points, chunks or EXIF instead of an ICC profile."""

import struct
from io import BytesIO
from typing import Any

import imagecodecs
import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image, ImageCms
from tests.data import make
from tests.support.photos import PLAIN, cat, difference, png_chunk, saved

from critic_core.imaging.code_points import ADOBE_RGB, CodePoints, from_h273, to_srgb
from critic_core.imaging.colour_tags import colour_of_profile
from critic_core.imaging.decode import decode

SIZE = (240, 160)
TO_P3 = np.array([[0.8225, 0.1774, 0.0], [0.0332, 0.9669, 0.0], [0.0171, 0.0724, 0.9108]])
TO_2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
TO_ADOBE = np.array([[0.7152, 0.2848, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0412, 0.9588]])


def linear() -> Any:
    share = np.asarray(cat(SIZE)) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def srgb_curve(light: Any) -> Any:
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def pq(nits: Any) -> Any:
    power = np.clip(nits / 10_000, 0, 1) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375


def hlg(nits: Any) -> Any:
    luma = (nits @ np.array([0.2627, 0.678, 0.0593]))[..., None] / 1000
    scene = np.clip(nits / 1000 * np.maximum(luma, 1e-6) ** (1 / 1.2 - 1), 0, 1)
    bright = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-6)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), bright)


def heic(coded: Any, primaries: int, transfer: int, exif: bytes = b"") -> bytes:
    values = (np.clip(coded, 0, 1) * 65535 + 0.5).astype("<u2")
    image, out = pillow_heif.from_bytes("RGB;16", SIZE, values.tobytes()), BytesIO()
    image.save(
        out, quality=-1, chroma=444, color_primaries=primaries, transfer_characteristics=transfer,
        matrix_coefficients=9 if primaries == 9 else 1, full_range_flag=1, exif=exif or None,
    )  # fmt: skip
    return out.getvalue()


def nits() -> Any:
    return np.clip(linear() @ TO_2020.T, 0, None) * 203


HEICS = {
    "PQ": lambda: heic(pq(nits()), 9, 16),
    "HLG": lambda: heic(hlg(nits()), 9, 18),
    "Display P3": lambda: heic(srgb_curve(linear() @ TO_P3.T), 12, 13),
    "sRGB": lambda: heic(srgb_curve(linear()), 1, 13),
}


def avif(coded: Any, primaries: int, transfer: int, bits: int = 10) -> bytes:
    values = (np.clip(coded, 0, 1) * (2**bits - 1) + 0.5).astype(np.uint16)
    coding = {"primaries": primaries, "transfer": transfer, "matrix": 9}
    return bytes(imagecodecs.avif_encode(values, level=100, speed=8, bitspersample=bits, pixelformat="444", **coding))


HEICS |= {
    "PQ in AVIF": lambda: avif(pq(nits()), 9, 16),
    "PQ in AVIF of 12 bits": lambda: avif(pq(nits()), 9, 16, bits=12),
    "HLG in AVIF": lambda: avif(hlg(nits()), 9, 18),
}


def test_the_shadows_of_pq_in_avif_have_more_than_eight_bits() -> None:
    """A ramp up to 2 cd/m² has 38 steps of 8 bits, and all levels of sRGB with 10."""
    ramp = np.repeat(np.linspace(0, 2, SIZE[0])[None, :, None], SIZE[1], axis=0).repeat(3, axis=2)
    row = decode(avif(pq(ramp), 9, 16), PLAIN).pixels[80, :, 1]
    assert int(np.diff(row.astype(int)).max()) <= 1


@pytest.mark.parametrize("name", HEICS)
def test_one_picture_looks_the_same_in_every_encoding(name: str) -> None:
    assert difference(decode(HEICS[name](), PLAIN).pixels, cat(SIZE)) < 2


def test_brighter_than_white_keeps_its_tones_and_is_noted() -> None:
    ramp = np.repeat(np.linspace(0, 4 * 203, SIZE[0])[None, :, None], SIZE[1], axis=0).repeat(3, axis=2)
    decoded = decode(heic(pq(ramp), 9, 16), PLAIN)
    row = decoded.pixels[80, :, 1].astype(int)
    assert decoded.facts.notes == ("high dynamic range, reduced to the range of a usual screen",)
    assert (np.diff(row) >= -2).all()
    assert row[-1] >= 250
    assert row[SIZE[0] // 2] < row[-1]  # twice the reference white is not yet the brightest


def png(levels: Any, *chunks: bytes) -> bytes:
    plain = saved(Image.fromarray(levels), "PNG")
    return plain[:33] + b"".join(chunks) + plain[33:]


def chromaticities(*values: float) -> bytes:
    return struct.pack(">8L", *(round(value * 100_000) for value in values))


P3_CHRM = chromaticities(0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)
SRGB_CHRM = chromaticities(0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)


def as_levels(share: Any) -> Any:
    return (np.clip(share, 0, 1) * 255 + 0.5).astype(np.uint8)


PNGS = {
    "cICP, Display P3": lambda: png(
        as_levels(srgb_curve(linear() @ TO_P3.T)), png_chunk(b"cICP", bytes([12, 13, 0, 1]))
    ),
    "cICP precedes sRGB": lambda: png(
        as_levels(srgb_curve(linear() @ TO_P3.T)), png_chunk(b"cICP", bytes([12, 13, 0, 1])), png_chunk(b"sRGB", b"\0")
    ),
    "gAMA and cHRM, gamma 1.8": lambda: png(
        as_levels(linear() ** (1 / 1.8)), png_chunk(b"gAMA", struct.pack(">L", 55_556)), png_chunk(b"cHRM", SRGB_CHRM)
    ),
    "gAMA alone": lambda: png(as_levels(linear()), png_chunk(b"gAMA", struct.pack(">L", 100_000))),
    "gAMA and cHRM, P3": lambda: png(
        as_levels(np.clip(linear() @ TO_P3.T, 0, 1) ** (1 / 2.2)),
        png_chunk(b"gAMA", struct.pack(">L", 45_455)),
        png_chunk(b"cHRM", P3_CHRM),
    ),
    "sRGB precedes gAMA and cHRM": lambda: png(
        np.asarray(cat(SIZE)),
        png_chunk(b"sRGB", b"\0"),
        png_chunk(b"gAMA", struct.pack(">L", 100_000)),
        png_chunk(b"cHRM", P3_CHRM),
    ),
}


@pytest.mark.parametrize("name", PNGS)
def test_the_chunks_of_a_png_are_followed(name: str) -> None:
    assert difference(decode(PNGS[name](), PLAIN).pixels, cat(SIZE)) < 2


def adobe_levels() -> Any:
    return as_levels(np.clip(linear() @ TO_ADOBE.T, 0, 1) ** (256 / 563))


def exif_of(index: bytes, space: int) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA001] = space
    exif.get_ifd(0x8769)[0xA005] = {1: index.decode()}
    return exif.tobytes()


def with_exif(kind: str, index: bytes, space: int, **options: Any) -> bytes:
    return saved(Image.fromarray(adobe_levels()), kind, exif=exif_of(index, space), **options)


def avif_with_exif(index: bytes, space: int) -> bytes:
    """Without a word on colour in the container: the boxes of Pillow say sRGB."""
    data = with_exif("AVIF", index, space, quality=100, subsampling="4:4:4")
    return data.replace(b"nclx" + bytes([0, 1, 0, 13]), b"nclx" + bytes([0, 2, 0, 2]))


def tiff_with_exif(levels: Any, index: bytes, space: int) -> bytes:
    """The writer refuses the tag of the EXIF directory: its neighbour takes the place."""
    out, neighbour = BytesIO(), struct.pack("<HHLL", 0x8768, 4, 1, 0x12345678)
    tifffile.imwrite(out, levels, photometric="rgb", byteorder="<", extratags=[(0x8768, "I", 1, 0x12345678, True)])
    data, at = out.getvalue(), len(out.getvalue())
    exif = struct.pack("<HHHLHHHHLLL", 2, 0xA001, 3, 1, space, 0, 0xA005, 4, 1, at + 30, 0)
    index_rows = struct.pack("<HHHL4sL", 1, 1, 2, 4, index, 0)
    return data.replace(neighbour, struct.pack("<HHLL", 0x8769, 4, 1, at)) + exif + index_rows


ADOBE_FILES = {
    "JPEG": lambda *facts: with_exif("JPEG", *facts, quality=98, subsampling=0),
    "PNG": lambda *facts: with_exif("PNG", *facts),
    "WebP": lambda *facts: with_exif("WEBP", *facts, lossless=True),
    "AVIF": avif_with_exif,
    "HEIC": lambda *facts: heic(adobe_levels() / 255, 2, 2, exif_of(*facts)),
    "TIFF": lambda *facts: tiff_with_exif(adobe_levels(), *facts),
    "TIFF of 16 bits": lambda *facts: tiff_with_exif(adobe_levels().astype(np.uint16) * 257, *facts),
}


@pytest.mark.parametrize("name", ADOBE_FILES)
@pytest.mark.parametrize(
    ("index", "space", "expected"),
    [(b"R03\0", 0xFFFF, True), (b"R98\0", 2, True), (b"R98\0", 0xFFFF, False), (b"R03\0", 1, False)],
)
def test_adobe_rgb_by_exif(name: str, index: bytes, space: int, expected: bool) -> None:
    """Canon and others write no profile, but an interoperability index; some the colour space 2 of no standard."""
    decoded = decode(ADOBE_FILES[name](index, space), PLAIN)
    assert (difference(decoded.pixels, cat(SIZE)) < 2) is expected


def test_a_preview_without_exif_is_in_the_colours_of_its_raw() -> None:
    """Nikon and others."""
    raw = make.dng(Image.fromarray(adobe_levels()))
    model, exif = struct.pack("<HH", 50708, 2), struct.pack("<HHHLLL", 1, 0xA001, 3, 1, 2, 0)
    at = raw.index(model)
    described = raw[:at] + struct.pack("<HHLL", 0x8769, 4, 1, len(raw)) + raw[at + 12 :] + exif
    pixels, plain = decode(described, PLAIN).pixels, decode(raw, PLAIN).pixels
    assert difference(pixels, cat(SIZE)) < difference(plain, cat(SIZE)) / 2


def test_what_the_format_itself_says_precedes_exif() -> None:
    avif_of_srgb = with_exif("AVIF", b"R03\0", 0xFFFF, quality=100, subsampling="4:4:4")
    plain = with_exif("PNG", b"R03\0", 0xFFFF)
    for data in (avif_of_srgb, plain[:33] + png_chunk(b"sRGB", b"\0") + plain[33:]):
        assert difference(decode(data, PLAIN).pixels, adobe_levels()) < 2


def test_the_shadows_of_pq_in_png_have_more_than_eight_bits() -> None:
    ramp = np.repeat(np.linspace(0, 0.5, SIZE[0])[None, :, None], SIZE[1], axis=0).repeat(3, axis=2)
    plain = bytes(imagecodecs.png_encode((pq(ramp) * 65535 + 0.5).astype(np.uint16)))
    photo = plain[:33] + png_chunk(b"cICP", bytes([9, 16, 0, 1])) + plain[33:]
    assert difference(decode(photo, PLAIN).pixels, as_levels(srgb_curve(ramp / 203))) == 0


def cicp_profile(primaries: int, transfer: int) -> bytes:
    """sRGB with the tag of another colour, which precedes its curves."""
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    count, moved = int.from_bytes(plain[128:132], "big"), bytearray(plain[132:])
    for at in range(4, 12 * count, 12):
        moved[at : at + 4] = (int.from_bytes(moved[at : at + 4], "big") + 12).to_bytes(4, "big")
    rows = struct.pack(">L4sLL", count + 1, b"cicp", len(plain) + 12, 12)
    profile = plain[:128] + rows + bytes(moved) + b"cicp" + bytes([0, 0, 0, 0, primaries, transfer, 0, 1])
    return len(profile).to_bytes(4, "big") + profile[4:]


@pytest.mark.parametrize(("coded", "transfer"), [(pq, 16), (hlg, 18)])
def test_pq_and_hlg_in_a_profile(coded: Any, transfer: int) -> None:
    photo = saved(Image.fromarray(as_levels(coded(nits()))), "PNG", icc_profile=cicp_profile(9, transfer))
    assert difference(decode(photo, PLAIN).pixels, cat(SIZE)) < 2


def test_pq_in_the_profile_of_a_deep_tiff() -> None:
    out, values = BytesIO(), (np.clip(pq(nits()), 0, 1) * 65535 + 0.5).astype(np.uint16)
    tifffile.imwrite(out, values, photometric="rgb", iccprofile=cicp_profile(9, 16))
    assert difference(decode(out.getvalue(), PLAIN).pixels, cat(SIZE)) < 1


def test_a_profile_that_says_no_more_counts_by_its_curves() -> None:
    profile = cicp_profile(2, 2)
    assert colour_of_profile(profile) == profile
    assert colour_of_profile(cicp_profile(12, 13)) == from_h273(12, 13)
    assert colour_of_profile(b"noise" * 40) == b"noise" * 40


def straight_profile() -> bytes:
    """Its name says sRGB, its curve is a straight line."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    at = profile.index(b"para")
    profile = profile[: at + 12] + struct.pack(">l", 65536) + profile[at + 16 :]
    return profile[: at + 8] + b"\0\0\0\0" + profile[at + 12 :]  # function type 0: a power alone


def test_a_profile_is_srgb_by_what_it_does() -> None:
    stored = saved(Image.fromarray(as_levels(linear())), "PNG", icc_profile=straight_profile())
    assert difference(decode(stored, PLAIN).pixels, cat(SIZE)) < 4


def test_each_photo_has_its_own_profile() -> None:
    """Transforms are reused: between photos of one profile, and of no other."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    files = [saved(cat(SIZE), "PNG", icc_profile=profile) for profile in (srgb, straight_profile(), srgb)]
    named, straight, again = (decode(file, PLAIN).pixels for file in files)
    assert difference(named, straight) > 4
    assert difference(named, again) == 0


def test_video_codes_count_as_srgb() -> None:
    assert from_h273(1, 1) == from_h273(2, 2) == CodePoints()


def test_primaries_of_adobe_are_adobes() -> None:
    pixels, mapped = to_srgb(np.array([[[0.5, 1.0, 0.5]]], np.float32), CodePoints(ADOBE_RGB, 2.2))
    assert pixels[0, 0].tolist()[0] < 60
    assert not mapped
