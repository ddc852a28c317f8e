"""Ratings and keywords inside JPEG files, written by ExifTool: the packet is merged here, ExifTool replaces it.

ExifTool writes a new file, which takes the name of the old one after a check that its pixels are the same bytes.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from critic_cli.errors import CommandError
from critic_core.contracts.errors import CriticError
from critic_core.exports.sidecar_merge import SidecarContent, merge_sidecar
from critic_core.metadata.embedded import xmp_packet

JPEG_SUFFIXES = frozenset((".jpg", ".jpeg", ".jpe"))
_EXTENDED = b"HasExtendedXMP"
_START_OF_SCAN = b"\xff\xda"


def check_exiftool() -> None:
    """CommandError without ExifTool."""
    if shutil.which("exiftool") is None:
        raise CommandError("--embed needs ExifTool (Debian: libimage-exiftool-perl).")


@dataclass(frozen=True)
class _Job:
    """A photo, its new packet, and the file that ExifTool writes."""

    photo: Path
    packet: Path
    new_file: Path

    def arguments(self) -> str:
        return f"-q\n-o\n{self.new_file}\n-XMP<={self.packet}\n{self.photo}\n-execute\n"


def embed(contents: dict[Path, SidecarContent]) -> Iterator[str]:
    """Write the content of each JPEG into it, with one ExifTool process. Yields problems."""
    with tempfile.TemporaryDirectory() as packets:
        jobs = list[_Job]()
        for number, (photo, content) in enumerate(contents.items()):
            try:
                packet = _merged(photo, content)
            except (CriticError, OSError) as error:
                yield f"{photo}: {getattr(error, 'detail', error)}"
                continue
            if packet is not None:
                jobs.append(_Job(photo.absolute(), Path(packets) / f"{number}.xmp", _new_name(photo.absolute())))
                jobs[-1].packet.write_bytes(packet)
        yield from _run(jobs)


def _new_name(photo: Path) -> Path:
    return photo.with_name(f".{photo.stem}.part{photo.suffix}")


def _merged(photo: Path, content: SidecarContent) -> bytes | None:
    """The new packet; None if nothing changes."""
    if "\n" in str(photo.absolute()):
        raise CriticError("ExifTool reads no names with line breaks; the file was left as it is.")
    packet = xmp_packet(photo.read_bytes())
    if packet is not None and _EXTENDED in packet:
        raise CriticError("The file has extended XMP, which would be lost; it was left as it is.")
    merged = merge_sidecar(packet, content)
    return None if merged == packet else merged


def _run(jobs: list[_Job]) -> Iterator[str]:
    if not jobs:
        return
    _remove_new_files(jobs)  # of a run that was killed: the photo may have changed since
    try:
        arguments = "".join(job.arguments() for job in jobs).encode("utf-8", "surrogateescape")
        ran = subprocess.run(["exiftool", "-@", "-"], input=arguments, capture_output=True, check=False)  # noqa: S607
        for job in jobs:
            try:
                _replace(job)
            except OSError as error:
                reason = ran.stderr.decode("utf-8", "replace").strip().splitlines()[:1] or [str(error)]
                yield f"{job.photo}: ExifTool wrote no new file: {reason[0]}"
    finally:
        _remove_new_files(jobs)


def _remove_new_files(jobs: list[_Job]) -> None:
    for job in jobs:
        with suppress(OSError):
            job.new_file.unlink()


def _replace(job: _Job) -> None:
    """Give the new file the name and the times of the old one. Raises OSError if its pixels differ."""
    if _pixels(job.new_file) != _pixels(job.photo):
        raise OSError("the pixels would have changed")
    shutil.copystat(job.photo, job.new_file)
    job.new_file.replace(job.photo)


def _pixels(photo: Path) -> bytes:
    """The image data: from the first scan on."""
    data = photo.read_bytes()
    return data[data.index(_START_OF_SCAN, _after_segments(data)) :]


def _after_segments(data: bytes) -> int:
    """The position of the first marker that is neither APPn nor a comment."""
    at = 2
    while data[at + 1] in range(0xE0, 0xF0) or data[at + 1] == 0xFE:
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return at
