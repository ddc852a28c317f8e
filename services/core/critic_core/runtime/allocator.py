"""Reuse of freed memory for the next photo, by the settings of glibc's allocator.

By default glibc maps every large buffer separately and unmaps the buffer on free: page faults and page clearing for a
photo of 12 megapixels cost a tenth of a worker's time. No effect on platforms without glibc.
Source: mallopt(3).
"""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h
_RETAINED_BYTES = 64 << 20  # free memory at the top of the heap
_MAPPED_BYTES = 32 << 20  # larger buffers are still mapped; the maximum of glibc


def retain_freed_memory() -> bool:
    """Configure the allocator of this process and of forked children; False without glibc."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(_TRIM_THRESHOLD, _RETAINED_BYTES)) and bool(mallopt(_MMAP_THRESHOLD, _MAPPED_BYTES))
