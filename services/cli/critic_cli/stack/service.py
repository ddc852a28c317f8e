"""What the supervisor has to know about a process to keep it running."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


def _at_once() -> bool:
    return True


@dataclass(frozen=True)
class Service:
    """One process of the stack."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)  # beside what the supervisor itself has
    stop_seconds: float = 10.0  # from SIGTERM to SIGKILL
    answers: Callable[[], bool] = _at_once  # services after this one start when it says so
