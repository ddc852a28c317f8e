"""The runtimes of the inference server on this CPU: core time of a photo, and memory with both shipped models.

    OMP_NUM_THREADS=1 python -m tests.load.engines

One thread; each runtime in a process of its own, with models loaded and warmed as the server does.
"""

import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context

import numpy as np
import psutil

from critic_inference.engine.choice import open_session
from critic_inference.engine.session import Session
from critic_inference.engine.slices import in_slices
from critic_inference.serving.catalogue import model_folders
from critic_inference.serving.model_version import warm_up
from critic_inference.settings import Device, Engine, InferenceSettings

BATCHES, MAX_BATCH, RUNS = (1, 8, 32), 32, 15


def main() -> None:
    """Print a line for each runtime and model."""
    for engine in [Engine.onnxruntime, *([Engine.openvino] if find_spec("openvino") else [])]:
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            print("\n".join(pool.submit(measure, engine).result()))


def measure(engine: Engine) -> list[str]:
    """Core time by model and batch, then memory."""
    settings = InferenceSettings(inference_engine=engine, inference_threads=1)
    lines = []
    for folder in model_folders(settings.model_repository):
        session = in_slices(open_session(folder / "1" / "model.onnx", Device.cpu, settings), MAX_BATCH)
        warm_up(session, session.inputs, MAX_BATCH)
        times = " / ".join(f"{core_ms(session, batch):.1f}" for batch in BATCHES)
        lines.append(f"{engine}, {session.device}, {folder.name}: batch 1 / 8 / 32: {times} core-ms a photo")
    return [*lines, f"{engine}: {psutil.Process().memory_info().rss / 1e6:.0f} MB"]


def core_ms(session: Session, batch: int) -> float:
    """Median milliseconds of a core for a photo."""
    (spec,) = session.inputs
    images = np.random.default_rng(0).integers(0, 256, (batch, *spec.shape[1:]), np.uint8)
    times = []
    for _ in range(RUNS):
        began = time.process_time()
        session.run({spec.name: images})
        times.append(time.process_time() - began)
    return 1000 * statistics.median(times) / batch


if __name__ == "__main__":
    main()
