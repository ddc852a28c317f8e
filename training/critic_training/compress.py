"""Which form of the model to ship: each is built, measured and put beside what it costs in rank correlation."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx

from critic_training.assemble import Compact
from critic_training.dataset import Floats, Inputs
from critic_training.evaluate import spearman
from critic_training.export.graph import Storage
from critic_training.graph import build
from critic_training.runtime import ask, milliseconds, resident_megabytes, session

EXACT = (Storage.float32, Storage.float16, Storage.int8)


@dataclass(frozen=True)
class Form:
    """One way to store the model. `cost` is Spearman lost on the rated photos against float32."""

    storage: Storage
    file: Path
    megabytes: float
    cost: float
    milliseconds_1: float
    milliseconds_8: float
    resident_megabytes: float


def forms(convolutions: dict[str, Floats], parts: Compact, photos: Inputs, score: Floats, folder: Path) -> list[Form]:
    """Every storage, built into `folder` and measured."""
    files = {storage: folder / f"{storage}.onnx" for storage in EXACT}
    for storage, file in files.items():
        onnx.save_model(build(convolutions, parts, storage), file)
    told = {storage: _told(file, photos) for storage, file in files.items()}
    best = spearman(told[Storage.float32], score)
    return [_measured(storage, file, best - spearman(told[storage], score)) for storage, file in files.items()]


def choose(measured: list[Form], largest_cost: float, largest_megabytes: float = 40.0) -> Form:
    """The fastest form that is small and true enough; of forms within 5 % of it, the smallest file.

    Raises ValueError when there is none.
    """
    allowed = [f for f in measured if f.cost <= largest_cost and f.megabytes <= largest_megabytes]
    if not allowed:
        raise ValueError(f"no form costs at most {largest_cost} Spearman and has at most {largest_megabytes} MB")
    fastest = min(form.milliseconds_8 for form in allowed)
    return min((f for f in allowed if f.milliseconds_8 <= 1.05 * fastest), key=lambda form: form.megabytes)


def _told(file: Path, photos: Inputs) -> Floats:
    asked = session(file)
    return np.concatenate([ask(asked, photos[at : at + 32])[0] for at in range(0, len(photos), 32)])


def _measured(storage: Storage, file: Path, cost: float) -> Form:
    asked = session(file)
    return Form(
        storage=storage,
        file=file,
        megabytes=file.stat().st_size / 1e6,
        cost=cost,
        milliseconds_1=milliseconds(asked, 1),
        milliseconds_8=milliseconds(asked, 8),
        resident_megabytes=resident_megabytes(file),
    )
