"""File names for people and for the server, whatever bytes they have on disk."""

from pathlib import Path


def printable(path: str | Path) -> str:
    """A path for a terminal: bytes that are no UTF-8 and control characters replaced."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in _as_utf8(str(path)))


def upload_name(photo: Path | bytes, folder: Path | None = None) -> str:
    """The file name in an upload, as valid UTF-8; the path below `folder`, if that is named."""
    if isinstance(photo, bytes):
        return "photo"
    return _as_utf8(photo.relative_to(folder).as_posix() if folder else photo.name)


def _as_utf8(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
