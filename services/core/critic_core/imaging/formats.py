"""Supported file formats, recognised by magic bytes, never by the file name. Pure standard library.

A new format needs an entry here, a reader in `readers.py` unless an existing reader fits, and a photo in `tests/data/`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from critic_core.contracts.errors import PhotoEmpty, PhotoUnsupported
from critic_core.imaging import known_file_types, tiff_kinds

SNIFF_BYTES = 4096
"""Enough for `sniff`. The whole file also reveals TIFF directories at larger offsets."""


@dataclass(frozen=True)
class Format:
    """A file format: `reader` names an entry of `readers.READERS`, `matches` tests the first bytes."""

    name: str
    media_type: str
    extensions: tuple[str, ...]
    reader: str
    matches: Callable[[bytes], bool] = field(repr=False, compare=False)


def _starts(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magics)


def _brand(*brands: bytes) -> Callable[[bytes], bool]:
    """ISO base media files (ISO/IEC 14496-12): by major brand, or for the generic `mif1`/`msf1` by compatible brand."""

    def matches(head: bytes) -> bool:
        if head[4:8] != b"ftyp":
            return False
        size = min(int.from_bytes(head[:4], "big"), len(head))
        compatible = [head[at : at + 4] for at in range(16, size - 3, 4)]
        generic = head[8:12] in (b"mif1", b"mif2", b"msf1", b"miaf")
        return head[8:12] in brands or (generic and any(brand in brands for brand in compatible))

    return matches


def _bmp(head: bytes) -> bool:
    """`BM` also begins texts, so the size of the second header must be valid, too."""
    return head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in (12, 16, 40, 52, 56, 64, 108, 124)


def _tiff(kind: str) -> Callable[[bytes], bool]:
    return lambda head: tiff_kinds.kind(head) == kind


_ALL = (
    Format("jpeg", "image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"), "jpeg", _starts(b"\xff\xd8\xff")),
    Format("png", "image/png", (".png", ".apng"), "png", _starts(b"\x89PNG\r\n\x1a\n")),
    Format("webp", "image/webp", (".webp",), "webp", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP"),
    Format("gif", "image/gif", (".gif",), "gif", _starts(b"GIF87a", b"GIF89a")),
    Format("bmp", "image/bmp", (".bmp", ".dib"), "bmp", _bmp),
    Format("avif", "image/avif", (".avif", ".avifs"), "avif", _brand(b"avif", b"avis")),
    Format("jxl", "image/jxl", (".jxl",), "jxl", _starts(b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n")),
    Format("cr3", "image/x-canon-cr3", (".cr3",), "raw", _brand(b"crx ")),
    Format(
        "heic",
        "image/heic",
        (".heic", ".heif", ".hif"),
        "heif",
        _brand(
            b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2", b"msf1", b"avci"
        ),
    ),
    Format("raf", "image/x-fuji-raf", (".raf",), "raw", _starts(b"FUJIFILMCCD-RAW")),
    Format("orf", "image/x-olympus-orf", (".orf",), "raw", _starts(b"IIRO\x08", b"IIRS\x08", b"MMOR\x00")),
    Format("rw2", "image/x-panasonic-rw2", (".rw2", ".rwl"), "raw", _starts(b"IIU\x00")),
    Format("cr2", "image/x-canon-cr2", (".cr2",), "raw", _tiff("cr2")),
    Format("dng", "image/x-adobe-dng", (".dng",), "raw", _tiff("dng")),
    Format("nef", "image/x-nikon-nef", (".nef", ".nrw"), "raw", _tiff("nef")),
    Format("arw", "image/x-sony-arw", (".arw", ".sr2", ".srf"), "raw", _tiff("arw")),
    Format("pef", "image/x-pentax-pef", (".pef", ".ptx"), "raw", _tiff("pef")),
    Format("srw", "image/x-samsung-srw", (".srw",), "raw", _tiff("srw")),
    Format("3fr", "image/x-hasselblad-3fr", (".3fr", ".fff"), "raw", _tiff("3fr")),
    Format("erf", "image/x-epson-erf", (".erf",), "raw", _tiff("erf")),
    Format("mef", "image/x-mamiya-mef", (".mef",), "raw", _tiff("mef")),
    Format("mos", "image/x-leaf-mos", (".mos",), "raw", _tiff("mos")),
    Format("iiq", "image/x-phaseone-iiq", (".iiq",), "raw", _tiff("iiq")),
    Format("dcr", "image/x-kodak-dcr", (".dcr", ".kdc"), "raw", _tiff("dcr")),
    Format("tiff", "image/tiff", (".tif", ".tiff"), "tiff", _tiff("tiff")),
)

FORMATS: Mapping[str, Format] = MappingProxyType({known.name: known for known in _ALL})
"""Formats by name, in the order of recognition."""


def sniff(head: bytes) -> Format:
    """The format of a file from `head`, the first SNIFF_BYTES or more.

    Raises PhotoEmpty without bytes, and PhotoUnsupported, with the file type if known.
    """
    if not head:
        raise PhotoEmpty
    for known in FORMATS.values():
        if known.matches(head):
            return known
    raise PhotoUnsupported(_refusal(head))


def _refusal(head: bytes) -> str:
    file_type = known_file_types.name(head)
    if file_type:
        return f"This is {file_type}, not a photo in a format we read."
    formats = "JPEG, PNG, WebP, AVIF, HEIC, JPEG XL, TIFF, GIF, BMP or camera RAW"
    return f"The file is not a photo in a format we read ({formats})."
