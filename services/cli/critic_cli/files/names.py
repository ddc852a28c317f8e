"""File names for people, whatever bytes they have on disk."""

from pathlib import Path

from critic_client.photo_files import as_utf8


def printable(path: str | Path) -> str:
    """A path for a terminal: bytes that are no UTF-8 and control characters replaced."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in as_utf8(str(path)))
