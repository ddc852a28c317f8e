"""How work grows with its input: a property of an algorithm, where seconds are one of the machine."""

import time
from collections.abc import Callable


def growth(small: Callable[[], object], large: Callable[[], object]) -> float:
    """The processor time of the large call as a multiple of that of the small one, each the best of three."""
    return min(_seconds(large) for _ in range(3)) / min(_seconds(small) for _ in range(3))


def _seconds(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began
