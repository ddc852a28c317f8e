"""The order in which people count files: IMG_9 before IMG_10."""

import re

_NUMBER = re.compile(r"(\d+)", re.ASCII)


def natural_key(path: str) -> tuple[tuple[int, str], ...]:
    """The sort key of a path: numbers by value, letters without case."""
    return tuple(
        (int(run), "") if run.isascii() and run.isdigit() else (-1, run.casefold()) for run in _NUMBER.split(path)
    )
