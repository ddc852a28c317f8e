"""Photographs and their degraded copies as the worker sees them: features of each, by every model.

The copies are those of training (`critic_training.data.degradations`), made of decoded pixels, before they are shrunk.
"""

import base64
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import onnxruntime

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.manifest import MODEL_FILE, Manifest
from critic_core.imaging.decode import Pixels, decode
from critic_core.imaging.faces.measure import find_faces
from critic_core.imaging.fingerprint import fingerprint
from critic_core.imaging.focus.measure import measure_focus
from critic_core.imaging.horizon import horizon
from critic_core.imaging.preprocess import to_input
from critic_core.imaging.properties import View, measure_all
from critic_training.data.degradations import DEGRADATIONS, STRENGTHS, degrade
from critic_training.evaluation.onnx_model import predict
from critic_training.export.model_folder import read_manifest
from critic_worker.decoding.face_networks import load_face_networks

REPOSITORY = Path(__file__).parents[2] / "services" / "inference" / "model_repository"
MODELS = ("aesthetics",)
COPIES = [(kind, strength) for kind in DEGRADATIONS for strength in STRENGTHS]
NEVER_GROUPED = ("bad crop",)  # no near duplicate: no album groups it with its photo


@dataclass(frozen=True)
class CopyFeatures:
    """A photo and, with copies, all of `COPIES` after it; a list of features for each of `MODELS`."""

    name: str
    features: tuple[list[PhotoFeatures], ...]


def extract_features(files: Sequence[Path], copies: bool, processes: int = 2) -> list[CopyFeatures]:
    """A few minutes for a hundred photos with their copies."""
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(partial(_extract, copies=copies), files, chunksize=4))


def _extract(file: Path, copies: bool) -> CopyFeatures:
    pixels = decode(file.read_bytes(), _manifest(MODELS[0]).preprocessing).pixels
    seed = int.from_bytes(file.name.encode()[-8:], "big")  # of the photo, as in the reports of the models
    degraded = [degrade(pixels, kind, strength, seed) for kind, strength in COPIES] if copies else []
    by_photo = [photo_features(photo) for photo in (pixels, *degraded)]
    return CopyFeatures(file.name, tuple(list(by_model) for by_model in zip(*by_photo, strict=True)))


def photo_features(pixels: Pixels) -> tuple[PhotoFeatures, ...]:
    """By each model; these studies need no percentile."""
    view = View(pixels)
    values = {name: measured.value for name, measured in measure_all(view).items()}
    without_embedding = fingerprint(view, np.zeros(1))
    faces = find_faces(pixels, load_face_networks())
    focus, tilt = measure_focus(pixels, faces), horizon(view)
    features = []
    for model in MODELS:
        probability, embedding = _predict(model, pixels)
        encoded = base64.b64encode(embedding.astype("<f2").tobytes()).decode()
        complete = without_embedding.model_copy(update={"embedding": encoded})
        features.append(
            PhotoFeatures(
                score=_manifest(model).scale.score(probability),
                probability=probability,
                percentile=0,
                properties=values,
                fingerprint=complete,
                faces=faces,
                focus=focus,
                horizon=tilt,
            )
        )
    return tuple(features)


def _predict(model: str, pixels: Pixels) -> tuple[float, np.ndarray]:
    probability, embedding = predict(_session(model), to_input(pixels, _manifest(model).preprocessing)[None])
    return float(probability[0]), embedding[0]


@lru_cache
def _manifest(model: str) -> Manifest:
    return read_manifest(REPOSITORY / model / "1")


@lru_cache
def _session(model: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # one process a core
    path = REPOSITORY / model / "1" / MODEL_FILE
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
