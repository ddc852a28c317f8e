"""One process of the stack, as the supervisor runs it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Service:
    """A command with its environment and its limits."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)  # in addition to the supervisor's
    stop_seconds: float = 10.0  # from SIGTERM to SIGKILL
    is_up: Callable[[], bool] = _always  # the next services start as soon as it returns True
