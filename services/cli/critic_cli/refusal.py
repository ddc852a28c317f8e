"""What the command line says when it cannot do what it was asked."""

from typing import ClassVar


class Refusal(Exception):
    """A plain sentence with what to do; the command prints it and ends with the exit code."""

    exit_code: ClassVar[int] = 2
