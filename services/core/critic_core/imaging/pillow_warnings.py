"""Suppression of Pillow's warnings during decoding.

`warnings.catch_warnings` swaps process-wide state and is not safe in overlapping threads: here the first thread saves
the filters and the last thread restores the filters. The filter silences Pillow's modules only.
"""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_catcher = warnings.catch_warnings()
_inside = 0


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Suppress warnings of PIL and pillow_heif in the block, in particular the pixel-count warning."""
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _catcher, _inside  # noqa: PLW0603 - warning filters are process-wide, too
    with _lock:
        if _inside == 0:
            _catcher = warnings.catch_warnings()
            _catcher.__enter__()
            warnings.filterwarnings("ignore", module=r"(PIL|pillow_heif)(\.|$)")
        _inside += 1


def _leave() -> None:
    global _inside  # noqa: PLW0603 - see above
    with _lock:
        _inside -= 1
        if _inside == 0:
            _catcher.__exit__(None, None, None)
