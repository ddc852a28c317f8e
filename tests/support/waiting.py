"""Waiting for a condition, never for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

SHORTEST_PAUSE = 0.02
IDLE = 2  # times as long as the look took: an expensive one, of a command, leaves the processor to what it waits for


def until(condition: Callable[[], Value], seconds: float = 60, what: str = "the condition") -> Value:
    """The condition's first true value; AssertionError when it stays false until the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        value = condition()
        if value:
            return value
        now = time.monotonic()
        assert now < deadline, f"{what} did not come true within {seconds} s"
        time.sleep(min(max(SHORTEST_PAUSE, IDLE * (now - began)), 1))
