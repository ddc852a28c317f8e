"""The error of a command that cannot do its work."""

from typing import ClassVar


class CommandError(Exception):
    """A plain sentence with the remedy; the command prints it and ends with the exit code."""

    exit_code: ClassVar[int] = 2
