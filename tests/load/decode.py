"""Photographs decoded a second: Pillow on every core, and NVIDIA's decoder through torchvision.

python -m tests.load.decode --photos $CRITIC_DATA/ccby/attribution.csv --device cuda --json decode.json
"""

import argparse
import io
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tests.load.photos import SIZES, jpegs

from critic_training.data.photo_sets import read_unrated

DIFFERENT_PHOTOS = 8
BATCH = 64


@dataclass(frozen=True)
class Decoded:
    """Photographs a second of one decoder at one size; the largest difference of a pixel's value from Pillow's."""

    decoder: str
    photos: str
    per_second: float
    median_ms: float
    """Of a batch of 64."""
    largest_difference: int | None = None


def main() -> None:
    """Print a row per decoder and size, and save them."""
    parser = argparse.ArgumentParser(description="Photographs decoded a second, on cores and on a GPU.")
    parser.add_argument("--photos", type=Path, required=True, help="table of photos, of which large ones are composed")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--seconds", type=float, default=3.0, help="for each row")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    arguments = parser.parse_args()
    decoders = [on_cores, on_gpu] if arguments.device == "cuda" else [on_cores]
    found: list[Decoded] = []
    for (name, size), measure in product(SIZES.items(), decoders):
        photos = jpegs(DIFFERENT_PHOTOS, size, list(read_unrated(arguments.photos))) * (BATCH // DIFFERENT_PHOTOS)
        found.append(measure(name, photos, arguments.seconds))
        print(found[-1], flush=True)
        if arguments.json:
            arguments.json.write_text(json.dumps([asdict(row) for row in found], indent=1))


def on_cores(name: str, photos: list[bytes], seconds: float) -> Decoded:
    """Pillow at full size, in as many threads as cores: it decodes outside the GIL."""
    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as threads:
        times = batch_times(lambda: list(threads.map(pillow_pixels, photos)), seconds)
    return decoded(f"Pillow, {cores} cores", name, times)


def on_gpu(name: str, photos: list[bytes], seconds: float) -> Decoded:
    """nvJPEG, batch by batch; the pixels stay on the GPU."""
    from torchvision.io import ImageReadMode, decode_jpeg  # noqa: PLC0415 - no requirement of a CPU

    encoded = [torch.frombuffer(bytearray(photo), dtype=torch.uint8) for photo in photos]

    def decode() -> list[torch.Tensor]:
        pixels: list[torch.Tensor] = decode_jpeg(encoded, mode=ImageReadMode.RGB, device="cuda")
        torch.cuda.synchronize()
        return pixels

    times = batch_times(decode, seconds)
    first = decode()[0].permute(1, 2, 0).cpu().numpy()
    difference = np.abs(first.astype(np.int16) - pillow_pixels(photos[0]).astype(np.int16)).max()
    return decoded("nvJPEG", name, times, int(difference))


def pillow_pixels(photo: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """RGB `[height, width, 3]`."""
    return np.asarray(Image.open(io.BytesIO(photo)).convert("RGB"))


def batch_times(decode: Callable[[], object], seconds: float) -> list[float]:
    """Seconds of each batch, after an uncounted one."""
    decode()
    times: list[float] = []
    began = time.perf_counter()
    while time.perf_counter() - began < seconds or len(times) < 3:
        before = time.perf_counter()
        decode()
        times.append(time.perf_counter() - before)
    return times


def decoded(decoder: str, photos: str, times: list[float], difference: int | None = None) -> Decoded:
    """The rate and the median of a batch."""
    return Decoded(decoder, photos, BATCH * len(times) / sum(times), 1000 * float(np.median(times)), difference)


if __name__ == "__main__":
    main()
