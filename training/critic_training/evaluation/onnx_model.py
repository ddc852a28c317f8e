"""A model file in ONNX Runtime, with the inputs and outputs that serving knows."""

import time
from pathlib import Path

import numpy as np
import onnxruntime

from critic_core.contracts.manifest import EMBEDDING_NAME, INPUT_NAME, KIND_NAME, PROBABILITY_NAME, Preprocessing
from critic_training.data.photo_sets import Floats, Inputs, load


def open_session(model: Path | bytes) -> onnxruntime.InferenceSession:
    """On the CPU, with the runtime's own defaults."""
    return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])


def predict(session: onnxruntime.InferenceSession, images: Inputs) -> tuple[Floats, Floats]:
    """Probability of "pleasing" `[N]` and embedding `[N, D]`."""
    probability, embedding = session.run([PROBABILITY_NAME, EMBEDDING_NAME], {INPUT_NAME: images})
    return probability[:, 1], embedding


def predict_kinds(session: onnxruntime.InferenceSession, images: Inputs) -> tuple[Floats, Floats | None]:
    """Probability of "pleasing" `[N]`, and of each kind `[N, K]`; None for models without that output."""
    names = [output.name for output in session.get_outputs() if output.name in {PROBABILITY_NAME, KIND_NAME}]
    found = dict(zip(names, session.run(names, {INPUT_NAME: images}), strict=True))
    return found[PROBABILITY_NAME][:, 1], found.get(KIND_NAME)


def predict_files(
    session: onnxruntime.InferenceSession, photos: tuple[Path, ...], preprocessing: Preprocessing
) -> tuple[Floats, Floats | None]:
    """`predict_kinds` of photo files."""
    batches = [predict_kinds(session, batch) for batch in load(photos, preprocessing)]
    kinds = [of_batch for _, of_batch in batches if of_batch is not None]
    return np.concatenate([of_batch for of_batch, _ in batches]), np.concatenate(kinds) if kinds else None


def milliseconds(session: onnxruntime.InferenceSession, batch: int, repeats: int = 15) -> float:
    """The median time of one call with `batch` photos, after a warm-up call."""
    images = np.random.default_rng(0).integers(0, 256, (batch, 224, 224, 3), dtype=np.uint8)
    predict(session, images)
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        predict(session, images)
        times.append(time.perf_counter() - began)
    return float(np.median(times)) * 1000
