"""Keeps Pillow's warnings off, for as long as a photo is being decoded and no longer.

`warnings.catch_warnings` swaps process-wide state and is not safe in threads that overlap: the first one in saves the
filters and the last one out restores them. The filter silences Pillow's own modules only.
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
    """Nothing that PIL or pillow_heif warns of gets out of this block (in particular not its pixel-count warning)."""
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _catcher, _inside  # noqa: PLW0603 - the warning filters it guards are process-wide, too
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
