"""One process of the stack, as the supervisor runs it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Service:
    """A command with its environment and limits."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)  # in addition to the supervisor's
    stop_seconds: float = 10.0  # from SIGTERM to SIGKILL
    is_up: Callable[[], bool] = _always  # the next services start as soon as it returns True,
    start_seconds: float = math.inf  # or after this time
    hidden_lines: tuple[str, ...] = ()  # texts of harmless lines in its output
