"""Freed memory stays with the process: a second buffer of the same size is not faulted in again."""

import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource, sys
if "keep" in sys.argv:
    from critic_core.runtime.allocator import retain_freed_memory
    assert retain_freed_memory()
def once():
    buffer = bytearray(20_000_000)
    del buffer
once()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
once()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""

RELEASE = """
from pathlib import Path
from critic_core.runtime.allocator import release_freed_memory, retain_freed_memory
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
retain_freed_memory()
buffer = bytearray(20_000_000)
del buffer
before = resident()
release_freed_memory()
print(before - resident())
"""


def faults(*calls: str) -> int:
    done = subprocess.run([sys.executable, "-c", FAULTS, *calls], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is calls")
def test_the_next_buffer_is_the_last_one() -> None:
    assert faults("keep") < 100


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is called")
def test_freed_memory_goes_back_on_request() -> None:
    done = subprocess.run([sys.executable, "-c", RELEASE], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 10_000_000
