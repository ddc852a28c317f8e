"""File types that users upload by mistake, for clear error messages. Pure standard library."""

_MAGICS = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"8BPS", "a Photoshop document"),
    (b"\x1aE\xdf\xa3", "a video (WebM or Matroska)"),
    (b"\x00\x00\x01\xba", "a video (MPEG)"),
    (b"\x00\x00\x01\xb3", "a video (MPEG)"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound file or video (Ogg)"),
    (b"FOVb", "a Sigma RAW photo (X3F)"),
    (b"\x00MRM", "a Minolta RAW photo (MRW)"),
    (b"II\x1a\x00\x00\x00HEAPCCDR", "a Canon RAW photo (CRW)"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"II\xbc\x01", "a JPEG XR picture"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"version https://git-lfs", "a Git LFS pointer"),
)

_QUICKTIME_ATOMS = (b"moov", b"mdat", b"wide", b"pnot")


def name(head: bytes) -> str | None:
    """The type of a file that begins with `head`, with an article; None if unknown."""
    for magic, called in _MAGICS:
        if head.startswith(magic):
            return called
    return _container(head) or _markup(head)


def _container(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":  # without photo brands, the rest is MP4, QuickTime or 3GP
        return "a video (MP4 or QuickTime)"
    if head[4:8] in _QUICKTIME_ATOMS:
        return "a video (QuickTime)"
    if head[:4] == b"RIFF" and head[8:12] in (b"AVI ", b"WAVE"):
        return "a video (AVI)" if head[8:12] == b"AVI " else "a sound file (WAV)"
    return None


def _markup(head: bytes) -> str | None:
    text = head[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "a web page (HTML)"
    if text.startswith(b"<") and b"<svg" in text:
        return "an SVG drawing"
    return None
