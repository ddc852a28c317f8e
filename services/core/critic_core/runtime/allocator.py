"""Keep freed memory for the next photo, instead of giving it back to the kernel and asking for it again.

By default glibc maps each large buffer anew and unmaps it at once: for a photo of 12 megapixels thousands of pages are
cleared and faulted in again, a tenth of a worker's time. Elsewhere than on glibc nothing happens.
Source: mallopt(3).
"""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h
_RETAINED_BYTES = 64 << 20  # free memory at the top of the heap that is kept
_MAPPED_BYTES = 32 << 20  # larger buffers are mapped, as before; the most that glibc takes


def retain_freed_memory() -> bool:
    """Tell the allocator of this process, and of those it forks; False where there is none to tell."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(_TRIM_THRESHOLD, _RETAINED_BYTES)) and bool(mallopt(_MMAP_THRESHOLD, _MAPPED_BYTES))
