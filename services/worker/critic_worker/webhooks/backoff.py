"""When to try again: soon at first, then ever more rarely, never in step with others."""

import random
from collections.abc import Callable

GROWTH = 6.0  # 5 s, 30 s, 3 min, 18 min, 2 h, 6 h, 6 h, …
JITTER = 0.2


def delay_seconds(
    tries: int,
    first: float,
    longest: float,
    asked: float | None = None,
    chance: Callable[[], float] = random.random,
) -> float:
    """How long to wait after so many tries. A receiver may ask for more (Retry-After), up to `longest`."""
    planned = min(first * GROWTH ** (tries - 1), longest)
    spread = planned * (1 + JITTER * (2 * chance() - 1))
    return max(spread, min(asked or 0.0, longest))
