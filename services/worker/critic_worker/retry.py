"""Waiting for a service that is away: bounded, and longer each time."""

import time
from collections.abc import Callable
from typing import TypeVar

from critic_core.contracts.errors import ServiceUnavailable

T = TypeVar("T")
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0


def patiently(call: Callable[[], T], seconds: float) -> T:
    """What `call` returns; while it raises ServiceUnavailable it is tried again, until `seconds` have gone by."""
    deadline, pause = time.monotonic() + seconds, FIRST_PAUSE
    while True:
        try:
            return call()
        except ServiceUnavailable:
            if time.monotonic() + pause > deadline:
                raise
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
