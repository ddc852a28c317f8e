"""Photos as files of a multipart request, with the progress of their upload."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

OnProgress = Callable[[int, int], None]
"""Called with the bytes sent and the bytes of all photos; after a retry, the count begins again at 0."""

UploadFile = tuple[str, tuple[str, IO[bytes]]]


@contextmanager
def open_photos(
    photos: Sequence[Path | bytes], names: Sequence[str], on_progress: OnProgress | None = None
) -> Iterator[list[UploadFile]]:
    """The photos as httpx sends them, under these names."""
    with ExitStack() as stack:
        files = [stack.enter_context(_open(photo)) for photo in photos]
        if on_progress is not None:
            files = list(_counted(files, on_progress))
        yield [("file", (name, file)) for name, file in zip(names, files, strict=True)]


def upload_name(photo: Path | bytes, folder: Path | None = None) -> str:
    """The file name in an upload, as valid UTF-8; the path below `folder`, if that is named."""
    if isinstance(photo, bytes):
        return "photo"
    return as_utf8(photo.relative_to(folder).as_posix() if folder else photo.name)


def as_utf8(name: str) -> str:
    """A name of any bytes as valid UTF-8."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _open(photo: Path | bytes) -> IO[bytes]:
    return io.BytesIO(photo) if isinstance(photo, bytes) else photo.open("rb")


def _counted(files: Sequence[IO[bytes]], on_progress: OnProgress) -> Iterator[IO[bytes]]:
    sizes = [file.seek(0, io.SEEK_END) for file in files]
    for number, file in enumerate(files):
        before, total = sum(sizes[:number]), sum(sizes)
        yield _CountedFile(file, lambda sent, before=before, total=total: on_progress(before + sent, total))  # type: ignore[misc]


class _CountedFile(io.BufferedReader):
    """A file that tells how much of it was read."""

    def __init__(self, file: IO[bytes], on_read: Callable[[int], None]) -> None:
        self._file, self._on_read = file, on_read
        file.seek(0)
        super().__init__(file)  # type: ignore[arg-type]

    def read(self, size: int | None = -1) -> bytes:
        """Bytes of the file; counts them."""
        data = super().read(size)
        self._on_read(self.tell())
        return data
