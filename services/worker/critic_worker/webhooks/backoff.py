"""Exponential backoff with jitter."""

import random
from collections.abc import Callable

GROWTH = 6.0  # 5 s, 30 s, 3 min, 18 min, 2 h, 6 h, 6 h, …
JITTER = 0.2


def delay_seconds(
    attempts: int,
    first: float,
    max_delay: float,
    retry_after: float | None = None,
    uniform: Callable[[], float] = random.random,
) -> float:
    """The delay after so many attempts. A receiver may ask for more (Retry-After), up to `max_delay`."""
    planned = min(first * GROWTH ** (attempts - 1), max_delay)
    spread = planned * (1 + JITTER * (2 * uniform() - 1))
    return max(spread, min(retry_after or 0.0, max_delay))
