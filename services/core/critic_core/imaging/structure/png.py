"""PNG: chunks and texts. Each chunk is a step of the parser, each compressed text may grow to a megabyte.

Source: W3C PNG (Third Edition), 5 and 11.
"""

from critic_core.contracts.errors import PhotoTooComplex

MAX_CHUNKS = 50_000
MAX_TEXTS = 64
MAX_ANCILLARY_BYTES = 8_000_000
"""Texts, profiles and EXIF together, as stored."""
_TEXTS = (b"tEXt", b"zTXt", b"iTXt", b"iCCP")
_PIXELS = (b"IDAT", b"fdAT")


def check(data: bytes) -> None:
    """Raises PhotoTooComplex."""
    chunks = texts = ancillary = 0
    at = 8
    while at + 8 <= len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        chunks += 1
        texts += name in _TEXTS
        ancillary += 0 if name in _PIXELS else size
        _check_counts(chunks, texts, ancillary)
        if name == b"IEND":
            return
        at += 12 + size


def _check_counts(chunks: int, texts: int, ancillary: int) -> None:
    if chunks > MAX_CHUNKS:
        raise PhotoTooComplex(f"The PNG has more than {MAX_CHUNKS} chunks.")
    if texts > MAX_TEXTS:
        raise PhotoTooComplex(f"The PNG has more than {MAX_TEXTS} texts and profiles.")
    if ancillary > MAX_ANCILLARY_BYTES:
        raise PhotoTooComplex(f"The PNG has more than {MAX_ANCILLARY_BYTES} bytes beside its pixels.")
