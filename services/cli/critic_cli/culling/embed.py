"""Ratings and keywords inside JPEG files, written by ExifTool: the packet is merged here, ExifTool replaces it.

ExifTool writes into a copy, which takes the name of the photo after a check that its pixels are the same bytes. In
names of new files (`-o`), a percent sign begins a code.
"""

import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from critic_cli.culling.files_on_disk import FileState, state_of
from critic_cli.errors import CommandError
from critic_core.contracts.errors import CriticError
from critic_core.exports.sidecar_merge import SidecarContent, merge_sidecar
from critic_core.metadata.embedded import xmp_packet

JPEG_SUFFIXES = frozenset((".jpg", ".jpeg", ".jpe"))
_EXTENDED = b"HasExtendedXMP"
_START_OF_SCAN = b"\xff\xda"
_PHOTOS_AT_ONCE = 100  # copies on the disk


def check_exiftool() -> None:
    """CommandError without ExifTool."""
    if shutil.which("exiftool") is None:
        raise CommandError("--embed needs ExifTool (Debian: libimage-exiftool-perl).")


@dataclass(frozen=True)
class Embedded:
    """A photo that was written, or left as it is because of a problem."""

    photo: Path
    problem: str | None = None


@dataclass(frozen=True)
class _Job:
    """A file, its state when it was read, its names in the shoot, its new packet, the copy that ExifTool changes."""

    file: Path
    state: FileState
    names: list[Path]
    packet: bytes
    new_file: Path

    def arguments(self, number: int) -> str:
        options = f"-q\n-overwrite_original\n-charset\nfilename=utf8\n-XMP<={number}.xmp\n"
        return f"{options}{self.new_file}\n-execute\n"


def embed(contents: dict[Path, SidecarContent]) -> Iterator[Embedded]:
    """Write the content of each JPEG into it.

    Links are followed; of several names of a file the first has the content.
    """
    names = defaultdict[Path, list[Path]](list)
    for photo in contents:
        names[photo.resolve()].append(photo)
    jobs = list[_Job]()
    for file, photos in names.items():
        try:
            state = state_of(file)
            packet = _merged(file, contents[photos[0]])
        except (CriticError, OSError) as error:
            yield from _results(photos, str(getattr(error, "detail", error)))
            continue
        if packet is not None:
            jobs.append(_Job(file, state, photos, packet, _new_name(file)))
    for first in range(0, len(jobs), _PHOTOS_AT_ONCE):
        yield from _run(jobs[first : first + _PHOTOS_AT_ONCE])


def _results(photos: Iterable[Path], problem: str | None) -> Iterator[Embedded]:
    yield from (Embedded(photo, problem and f"{photo}: {problem}") for photo in photos)


def _new_name(file: Path) -> Path:
    return file.with_name(f".{file.stem}.part{file.suffix}")


def _merged(file: Path, content: SidecarContent) -> bytes | None:
    """The new packet; None if nothing changes."""
    if "\n" in str(file):
        raise CriticError("ExifTool reads no names with line breaks; the file was left as it is.")
    packet = xmp_packet(file.read_bytes())
    if packet is not None and _EXTENDED in packet:
        raise CriticError("The file has extended XMP, which would be lost; it was left as it is.")
    merged = merge_sidecar(packet, content)
    return None if merged == packet else merged


def _run(jobs: list[_Job]) -> Iterator[Embedded]:
    _remove_new_files(jobs)  # of a run that was killed: the photo may have changed since
    try:
        errors = _exiftool(jobs)
        for job in jobs:
            yield from _results(job.names, _replaced(job, errors))
    finally:
        _remove_new_files(jobs)


def _exiftool(jobs: list[_Job]) -> list[str]:
    """Its messages."""
    with tempfile.TemporaryDirectory() as packets:
        for number, job in enumerate(jobs):
            Path(packets, f"{number}.xmp").write_bytes(job.packet)
            with suppress(OSError):  # without the copy, ExifTool and the check of the result say so
                shutil.copyfile(job.file, job.new_file)
        arguments = "".join(job.arguments(number) for number, job in enumerate(jobs))
        ran = subprocess.run(
            ["exiftool", "-@", "-"],  # noqa: S607
            input=arguments.encode("utf-8", "surrogateescape"), capture_output=True, check=False, cwd=packets,
        )  # fmt: skip
    return ran.stderr.decode("utf-8", "surrogateescape").splitlines()


def _remove_new_files(jobs: list[_Job]) -> None:
    for job in jobs:
        for file in (job.new_file, Path(f"{job.new_file}_exiftool_tmp")):
            with suppress(OSError):
                file.unlink()


def _replaced(job: _Job, errors: list[str]) -> str | None:
    """Why the file was not replaced; None if it was."""
    try:
        _replace(job)
    except (OSError, ValueError) as error:
        reasons = (
            line.removesuffix(ending) for line in errors if line.endswith(ending := f" - {job.new_file.as_posix()}")
        )
        return f"ExifTool wrote no new file: {next(reasons, error)}"
    return None


def _replace(job: _Job) -> None:
    """Give the new file the name and the times of the old one. Raises OSError if its pixels or the old file changed."""
    if job.packet not in job.new_file.read_bytes():
        raise OSError("the new packet is not in the file")
    if _pixels(job.new_file) != _pixels(job.file):
        raise OSError("the pixels would have changed")
    shutil.copystat(job.file, job.new_file)
    if state_of(job.file) != job.state:
        raise OSError("another program saved the photo meanwhile")
    job.new_file.replace(job.file)


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
