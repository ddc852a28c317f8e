"""The preview of a RAW file beyond the server's limit, as a JPEG with the file's capture facts, by ExifTool."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from critic_cli.files.kinds import RAW_SUFFIXES
from critic_core.contracts.errors import PhotoTooLarge
from critic_core.contracts.photo_limits import MAX_BYTES

_PREVIEWS = ("JpgFromRaw", "JpgFromRaw2", "PreviewImage", "OtherImage")
_FACTS = (
    "Make", "Model", "DateTime", "DateTimeOriginal", "CreateDate", "SubSecTime*", "OffsetTime*", "ExposureTime",
    "FNumber", "ISO", "ExposureCompensation", "SubjectDistance", "FocalLength", "LensModel",
    "SerialNumber", "Rating", "XMP:Rating", "XMP-xmpDM:Pick", "ColorSpace", "InteropIndex",
)  # fmt: skip
"""Never the place."""
_LEAST_SIDE = 600
_TIMEOUT_SECONDS = 120


def content_of(photo: Path) -> Path | bytes:
    """What is sent of a photo: the file, or the preview of a RAW file beyond the limit.

    Raises OSError, and PhotoTooLarge for a RAW file without a preview.
    """
    exceeds_limit = photo.suffix.lower() in RAW_SUFFIXES and photo.stat().st_size > MAX_BYTES
    return preview_of(photo) if exceeds_limit else photo


def preview_of(photo: Path) -> bytes:
    """The largest preview, with facts. Raises PhotoTooLarge without ExifTool or preview, and after the timeout."""
    if shutil.which("exiftool") is None:
        raise PhotoTooLarge(f"{_size(photo)} ExifTool (Debian: libimage-exiftool-perl) would extract its preview.")
    largest = max((_run("-b", f"-{name}", str(photo.absolute())) for name in _PREVIEWS), key=len)
    with tempfile.TemporaryDirectory() as folder:
        preview = Path(folder) / "preview.jpg"
        preview.write_bytes(largest)
        if not largest.startswith(b"\xff\xd8") or max(_sides(preview)) < _LEAST_SIDE:
            raise PhotoTooLarge(f"{_size(photo)} It has no JPEG preview of {_LEAST_SIDE} pixels to be sent instead.")
        _copy_facts(photo, preview)
        return preview.read_bytes()


def _copy_facts(photo: Path, preview: Path) -> None:
    facts = [f"-{fact}" for fact in _FACTS] + _orientation(photo, preview)
    _run("-q", "-overwrite_original", "-TagsFromFile", str(photo.absolute()), *facts, str(preview))


def _orientation(photo: Path, preview: Path) -> list[str]:
    """Cameras with upright previews are recognised by their sides."""
    (width, height), (raw_width, raw_height) = _sides(preview), _sides(photo)
    turned_already = (width < height) != (raw_width < raw_height)
    return ["-EXIF:Orientation#=1"] if turned_already else ["-EXIF:Orientation"]


def _sides(photo: Path) -> tuple[int, int]:
    width, height = _run("-s3", "-n", "-ImageSize", str(photo.absolute())).decode().split() or (0, 0)
    return int(width), int(height)


def _run(*arguments: str) -> bytes:
    command = ["exiftool", *arguments]
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=_TIMEOUT_SECONDS).stdout  # noqa: S603 - no shell
    except subprocess.TimeoutExpired:
        raise PhotoTooLarge(f"ExifTool extracts no preview from the RAW file within {_TIMEOUT_SECONDS} s.") from None


def _size(photo: Path) -> str:
    return f"The RAW file has {photo.stat().st_size:,} bytes; at most {MAX_BYTES:,} are sent."
