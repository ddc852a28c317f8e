"""Retries with exponential backoff against a service that does not respond."""

import time
from collections.abc import Callable
from typing import TypeVar

from critic_core.contracts.errors import ServiceUnavailable

T = TypeVar("T")
FIRST_DELAY, MAX_DELAY = 0.1, 1.0
"""Seconds between two attempts; each delay is twice the one before."""


def retry_until(call: Callable[[], T], seconds: float) -> T:
    """The result of `call`. ServiceUnavailable is retried for `seconds`, then raised; any other error is raised."""
    deadline, delay = time.monotonic() + seconds, FIRST_DELAY
    while True:
        try:
            return call()
        except ServiceUnavailable:
            if time.monotonic() + delay > deadline:
                raise
        time.sleep(delay)
        delay = min(2 * delay, MAX_DELAY)
