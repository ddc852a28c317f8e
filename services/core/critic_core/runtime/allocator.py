"""Reuse of freed memory for the next photo, or its release, by glibc's allocator.

By default glibc maps every large buffer separately and unmaps the buffer on free: page faults and page clearing for a
photo of 12 megapixels cost a tenth of a worker's time. No effect on platforms without glibc.
Sources: mallopt(3), malloc_trim(3).
"""

import ctypes
from typing import Any

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h
_RETAINED_BYTES = 64 << 20  # free memory at the top of the heap
_MAPPED_BYTES = 32 << 20  # larger buffers are still mapped; the maximum of glibc


def retain_freed_memory() -> bool:
    """Configure the allocator of this process and of forked children; False without glibc."""
    mallopt = _function("mallopt")
    if mallopt is None:
        return False
    return bool(mallopt(_TRIM_THRESHOLD, _RETAINED_BYTES)) and bool(mallopt(_MMAP_THRESHOLD, _MAPPED_BYTES))


def release_freed_memory() -> None:
    """Give freed memory back to the system, after work that does not come again; nothing without glibc."""
    malloc_trim = _function("malloc_trim")
    if malloc_trim is not None:
        malloc_trim(0)


def _function(name: str) -> Any:
    try:
        return getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):
        return None
