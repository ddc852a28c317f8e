"""The limit of each stage alone: photo after photo, on every core."""

import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from critic_core.contracts.manifest import Preprocessing, parse_manifest
from critic_core.imaging.decode import decode
from critic_core.imaging.faces.measure import find_faces
from critic_core.imaging.fingerprint import fingerprint
from critic_core.imaging.focus.measure import measure_focus
from critic_core.imaging.horizon import horizon
from critic_core.imaging.preprocess import to_input
from critic_core.imaging.preview import preview
from critic_core.imaging.properties import View, measure_all
from critic_core.runtime.allocator import retain_freed_memory
from critic_worker.decoding.face_networks import load_face_networks

SECONDS = 4.0
BATCHES = (1, 8, 32)


@dataclass(frozen=True)
class Stage:
    """One stage: core-milliseconds of a photo, and the machine's photos a second."""

    name: str
    core_ms: float
    per_second: float


def stages(photos: list[bytes], model: Path) -> list[Stage]:
    """The stages of a worker, and the bare runtime at several batch sizes."""
    return prepared_stages(photos, model) + [_runtime(model / "model.onnx", batch) for batch in BATCHES]


def prepared_stages(photos: list[bytes], model: Path) -> list[Stage]:
    """The stages of a worker before inference."""
    preprocessing = parse_manifest((model / "manifest.json").read_bytes()).preprocessing
    return [_on_every_core(name, photos, preprocessing) for name in WORK]


def _decode(photo: bytes, preprocessing: Preprocessing) -> Callable[[], object]:
    return lambda: decode(photo, preprocessing)


def _measure(photo: bytes, preprocessing: Preprocessing) -> Callable[[], object]:
    pixels, embedding = decode(photo, preprocessing).pixels, np.zeros(128, np.float32)

    def work() -> object:
        view = View(pixels)
        return measure_all(view), fingerprint(view, embedding), preview(pixels)

    return work


def _faces(photo: bytes, preprocessing: Preprocessing) -> Callable[[], object]:
    pixels, networks = decode(photo, preprocessing).pixels, load_face_networks()
    return lambda: find_faces(pixels, networks)


def _focus(photo: bytes, preprocessing: Preprocessing) -> Callable[[], object]:
    pixels = decode(photo, preprocessing).pixels
    view = View(pixels)
    return lambda: (measure_focus(pixels, ()), horizon(view))


def _preprocess(photo: bytes, preprocessing: Preprocessing) -> Callable[[], object]:
    pixels = decode(photo, preprocessing).pixels
    return lambda: to_input(pixels, preprocessing)


WORK = {
    "decode": _decode,
    "measure, fingerprint, preview": _measure,
    "faces": _faces,
    "focus, horizon": _focus,
    "preprocess (network input)": _preprocess,
}


def _on_every_core(name: str, photos: list[bytes], preprocessing: Preprocessing) -> Stage:
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores) as pool:
        found = list(pool.map(_loop, [name] * cores, [photos] * cores, [preprocessing] * cores))
    return Stage(name, statistics.mean(core_ms for core_ms, _ in found), sum(rate for _, rate in found))


def _loop(name: str, photos: list[bytes], preprocessing: Preprocessing) -> tuple[float, float]:
    """Core-milliseconds of a photo, whatever else runs here; and photos a second."""
    retain_freed_memory()  # as a decoder does
    work = [WORK[name](photo, preprocessing) for photo in photos]
    for process_photo in work:
        process_photo()
    done, spent, began = 0, time.process_time(), time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        work[done % len(work)]()
        done += 1
    return 1000 * (time.process_time() - spent) / done, done / (time.perf_counter() - began)


def _runtime(model: Path, batch: int) -> Stage:
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    image = np.random.default_rng(0).integers(0, 256, (batch, 224, 224, 3), np.uint8)
    times = []
    began = time.perf_counter()
    while time.perf_counter() - began < SECONDS or len(times) < 5:
        before = time.perf_counter()
        session.run(None, {"image": image})
        times.append(time.perf_counter() - before)
    rate = batch / statistics.median(times)
    return Stage(f"ONNX Runtime, batch {batch}", 1000 * (os.cpu_count() or 1) / rate, rate)
