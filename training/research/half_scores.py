"""Differences of scores in float16 from those in float32, on real photographs.

    python -m training.research.half_scores --photos $CRITIC_DATA/ccby/attribution.csv [--device cuda] [--json FILE]

`by casts`: ONNX Runtime on the CPU, which computes float16 by way of float32 and rounds seldom: the graph and its
constants. `rounded`: PyTorch, where every value between two operators is a float16, as on a GPU. `served`: with
--device cuda ONNX Runtime's CUDA provider, as the server uses it, for float16 and for float32 (TF32) alike.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from critic_core.contracts.manifest import MODEL_FILE, Scale
from critic_inference.engine.onnx import OnnxSession
from critic_inference.settings import Device, InferenceSettings
from critic_training.bench.onnx_in_torch import OnnxInTorch
from critic_training.data.photo_sets import Inputs, read_unrated
from critic_training.export.difference import Predictions, by_file, difference, read_inputs
from critic_training.export.model_folder import read_manifest
from critic_training.publish.repository import Precision, build_repository, model_folders


@dataclass(frozen=True)
class Deviation:
    """From float32 on the CPU: of the scores (0 to 100), of the order of photos, and of the embeddings."""

    model: str
    computed: str
    median: float
    p99: float
    largest: float
    order: float
    embedding: float


REPOSITORY = Path(__file__).parents[2] / "services" / "inference" / "model_repository"
BATCH = 32


def main() -> None:
    """Compare every shipped model."""
    parser = argparse.ArgumentParser(description="Scores in float16 against scores in float32.")
    parser.add_argument("--photos", type=Path, required=True, help="table of photos")
    parser.add_argument("--every", type=int, default=1, help="take every n-th of them")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--json", type=Path, help="keep the rows in this file")
    arguments = parser.parse_args()
    photos = list(read_unrated(arguments.photos)[:: arguments.every])
    print(f"{len(photos)} photographs\n")
    print("| model | computed | score differs: median, 99 %, most | 1 − rank correlation | 1 − cosine of embeddings |")
    print("|---|---|---|---|---|")
    found = []
    for deviation in deviations(photos, arguments.device):
        found.append(asdict(deviation))
        print(row(deviation), flush=True)
        if arguments.json:
            arguments.json.write_text(json.dumps({"photos": len(photos), "deviations": found}, indent=1))


def deviations(photos: list[Path], device: str) -> Iterator[Deviation]:
    """Of every shipped model."""
    with tempfile.TemporaryDirectory() as folder:
        build_repository(REPOSITORY, Path(folder), Precision.float16)
        for model in model_folders(Path(folder)):
            yield from compare(model / "1", REPOSITORY / model.name / "1", photos, device)


def compare(half: Path, full: Path, photos: list[Path], device: str) -> Iterator[Deviation]:
    """One for each way of computing."""
    images = read_inputs(photos, read_manifest(full).preprocessing)
    expected = by_file(full / MODEL_FILE, images)
    runtimes: dict[str, Callable[[], Predictions]] = {
        "by casts": lambda: by_file(half / MODEL_FILE, images),
        "rounded": lambda: rounded(half / MODEL_FILE, images, device),
    }
    if device == "cuda":
        runtimes["served, float16"] = lambda: served(half / MODEL_FILE, images)
        runtimes["served, float32"] = lambda: served(full / MODEL_FILE, images)
    for name, run in runtimes.items():
        yield deviation_of(full.parent.name, name, run(), expected)


def deviation_of(model: str, computed: str, actual: Predictions, expected: Predictions) -> Deviation:
    """Scores are 100 times the probability."""
    scores = 100 * np.abs(actual[0] - expected[0])
    median, p99 = (float(np.quantile(scores, share)) for share in (0.5, 0.99))
    found = difference(actual, expected, Scale())
    return Deviation(model, computed, median, p99, float(scores.max()), found.order, found.embedding)


def row(found: Deviation) -> str:
    """Of a table in Markdown."""
    spread = f"{found.median:.3f}, {found.p99:.3f}, {found.largest:.3f}"
    return f"| {found.model} | {found.computed} | {spread} | {found.order:.1e} | {found.embedding:.1e} |"


@torch.inference_mode()
def rounded(model: Path, images: Inputs, device: str) -> Predictions:
    """By PyTorch."""
    network = OnnxInTorch(model).to(device)
    outputs = [network(torch.from_numpy(images[at : at + BATCH]).to(device)) for at in range(0, len(images), BATCH)]
    probability, embedding = (torch.cat(batches).cpu().numpy() for batches in zip(*outputs, strict=True))
    return probability[:, 1], embedding


def served(model: Path, images: Inputs) -> Predictions:
    """By the server's session on CUDA."""
    session = OnnxSession(model, Device.cuda, InferenceSettings())
    outputs = [session.run({"image": images[at : at + BATCH]}) for at in range(0, len(images), BATCH)]
    probability = np.concatenate([np.asarray(batch["probability"], np.float32) for batch in outputs])
    return probability[:, 1], np.concatenate([np.asarray(batch["embedding"], np.float32) for batch in outputs])


if __name__ == "__main__":
    main()
