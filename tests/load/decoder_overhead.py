"""What a decoder in a process of its own costs: core-milliseconds of a photo, both processes together, against one.

    python -m tests.load.decoder_overhead [PHOTO]

Without an argument: a JPEG of about 4 MB. Core time, since the machine may have other work; alternating, since the
clock of a core changes.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from tests.support.photos import PLAIN, cat, saved

from critic_core.imaging.limits import DEFAULT_LIMITS
from critic_core.runtime.allocator import retain_freed_memory
from critic_worker.decoding.preparation import Prepare, prepare_photo
from critic_worker.decoding.process import DecoderProcess

ROUNDS = 30


def photo_of_4_megabytes() -> bytes:
    """A cat of 12 megapixels with the noise of a camera."""
    noise = np.random.default_rng(0).normal(0, 5, (3000, 4000, 1))
    pixels = np.clip(np.asarray(cat((4000, 3000))) + noise, 0, 255).astype(np.uint8)
    return saved(Image.fromarray(pixels), "JPEG", quality=94)


def core_ms(prepare: Prepare, photo: bytes, clock: Callable[[], float]) -> float:
    """Core-milliseconds of one photo."""
    before = clock()
    prepare(photo, PLAIN, DEFAULT_LIMITS)
    return 1000 * (clock() - before)


def main() -> None:
    """Measure and print."""
    retain_freed_memory()
    photo = Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else photo_of_4_megabytes()
    decoder = DecoderProcess(memory_mib=2048, seconds=60, resident_kib=1_000_000)
    decoder.prepare(photo, PLAIN, DEFAULT_LIMITS)
    prepare_photo(photo, PLAIN, DEFAULT_LIMITS)
    assert decoder._process is not None
    child = Path(f"/proc/{decoder._process.pid}/schedstat")

    def both() -> float:
        return time.process_time() + int(child.read_text().split()[0]) / 1e9

    apart, here, own = [], [], []
    for _ in range(ROUNDS):
        here.append(core_ms(prepare_photo, photo, time.process_time))
        before = time.process_time()
        apart.append(core_ms(decoder.prepare, photo, both))
        own.append(1000 * (time.process_time() - before))
    decoder.stop()
    print(f"{len(photo) / 1e6:.1f} MB, medians of {ROUNDS} photos, core-ms")
    print(f"one process {statistics.median(here):.1f}, with a decoder {statistics.median(apart):.1f}")
    differences = [more - less for more, less in zip(apart, here, strict=True)]
    print(f"median difference of a pair {statistics.median(differences):.1f}")
    print(f"the worker's side alone {statistics.median(own):.2f}")


if __name__ == "__main__":
    main()
