"""Photographs and their worse copies as the worker sees them: marks of each, by every model.

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

from critic_core.contracts.album import Marks
from critic_core.contracts.manifest import parse_manifest
from critic_core.imaging.decode import Pixels, decode
from critic_core.imaging.fingerprint import fingerprint
from critic_core.imaging.preprocess import to_input
from critic_core.imaging.properties import measure_all
from critic_training.data.degradations import DEGRADATIONS, STRENGTHS, degrade

REPOSITORY = Path(__file__).parents[2] / "services" / "inference" / "model_repository"
MODELS = ("aesthetics", "aesthetics-efficientnet")
COPIES = [(kind, strength) for kind in DEGRADATIONS for strength in STRENGTHS]
NEVER_GROUPED = ("bad crop",)  # it competes with nothing: no album groups it with its photo


@dataclass(frozen=True)
class Seen:
    """A photo and, with copies, all of `COPIES` after it; a list of marks for each of `MODELS`."""

    name: str
    marks: tuple[list[Marks], ...]


def see(files: Sequence[Path], copies: bool, processes: int = 2) -> list[Seen]:
    """Look at every file; a few minutes for a hundred photos with their copies."""
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(partial(_see, copies=copies), files, chunksize=4))


def _see(file: Path, copies: bool) -> Seen:
    pixels = decode(file.read_bytes(), parse_manifest(_manifest(MODELS[0])).preprocessing).pixels
    seed = int.from_bytes(file.name.encode()[-8:], "big")  # of the photo, as in the reports of the models
    made = [degrade(pixels, kind, strength, seed) for kind, strength in COPIES] if copies else []
    told = [_marks(each) for each in (pixels, *made)]
    return Seen(file.name, tuple(list(each) for each in zip(*told, strict=True)))


def _marks(pixels: Pixels) -> tuple[Marks, ...]:
    """By each model; the percentile is not used here."""
    values = {name: measured.value for name, measured in measure_all(pixels).items()}
    bare = fingerprint(pixels, np.zeros(1))
    told = []
    for model in MODELS:
        score, embedding = _ask(model, pixels)
        found = bare.model_copy(update={"embedding": base64.b64encode(embedding.astype("<f2").tobytes()).decode()})
        told.append(Marks(score=score, percentile=0, properties=values, fingerprint=found))
    return tuple(told)


def _ask(model: str, pixels: Pixels) -> tuple[float, np.ndarray]:
    tensor = to_input(pixels, parse_manifest(_manifest(model)).preprocessing)[None]
    probability, embedding = _session(model).run(["probability", "embedding"], {"image": tensor})
    return 100 * float(probability[0, 1]), embedding[0]


@lru_cache
def _manifest(model: str) -> bytes:
    return (REPOSITORY / model / "1" / "manifest.json").read_bytes()


@lru_cache
def _session(model: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    path = REPOSITORY / model / "1" / "model.onnx"
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
