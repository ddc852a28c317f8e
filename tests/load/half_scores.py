"""How far scores in float16 are from those in float32, on real photographs.

    python -m tests.load.half_scores --photos ../shared/data/ccby/attribution.csv [--device cuda]

`by casts`: ONNX Runtime on the CPU, which computes float16 by way of float32 and rounds seldom: the graph and its
constants. `rounded`: PyTorch, where every value between two operators is a float16, as on a GPU. `served`: with
--device cuda ONNX Runtime's CUDA provider, as the server uses it, for float16 and for float32 (TF32) alike.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from tests.load.as_torch import OnnxInTorch

from critic_core.contracts.manifest import MANIFEST_FILE, parse_manifest
from critic_inference.engine.onnx import OnnxSession
from critic_inference.settings import Device, InferenceSettings
from critic_training.data.photo_sets import Inputs, read_unrated
from critic_training.export.parity import Answers, by_file, difference, read_inputs

SERVICES = Path(__file__).parents[2] / "services" / "inference"
FULL, HALF = SERVICES / "model_repository", SERVICES / "model_repository_gpu"
BATCH = 32


def main() -> None:
    """Compare every model that is in both repositories."""
    parser = argparse.ArgumentParser(description="Scores in float16 against scores in float32.")
    parser.add_argument("--photos", type=Path, required=True, help="table of photos")
    parser.add_argument("--every", type=int, default=1, help="take every n-th of them")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    told = parser.parse_args()
    photos = list(read_unrated(told.photos)[:: told.every])
    print("| model | computed | score differs: median, 99 %, most | 1 − rank correlation | 1 − cosine of embeddings |")
    print("|---|---|---|---|---|")
    for half in sorted(HALF.glob("*/1")):
        compare(half, FULL / half.parent.name / "1", photos, told.device)


def compare(half: Path, full: Path, photos: list[Path], device: str) -> None:
    """A row for each way of computing."""
    images = read_inputs(photos, parse_manifest((full / MANIFEST_FILE).read_bytes()).preprocessing)
    wanted = by_file(full / "model.onnx", images)
    ways: dict[str, Callable[[], Answers]] = {
        "by casts": lambda: by_file(half / "model.onnx", images),
        "rounded": lambda: rounded(half / "model.onnx", images, device),
    }
    if device == "cuda":
        ways["served, float16"] = lambda: served(half / "model.onnx", images)
        ways["served, float32"] = lambda: served(full / "model.onnx", images)
    for way, answer in ways.items():
        print(row(full.parent.name, way, answer(), wanted), flush=True)


def row(model: str, way: str, told: Answers, wanted: Answers) -> str:
    """Of a table in Markdown; scores are 100 times the probability."""
    scores = 100 * np.abs(told[0] - wanted[0])
    found = difference(told, wanted)
    spread = f"{np.median(scores):.3f}, {np.quantile(scores, 0.99):.3f}, {scores.max():.3f}"
    return f"| {model} | {way} | {spread} | {found.order:.1e} | {found.embedding:.1e} |"


@torch.inference_mode()
def rounded(model: Path, images: Inputs, device: str) -> Answers:
    """By PyTorch."""
    network = OnnxInTorch(model).to(device)
    answers = [network(torch.from_numpy(images[at : at + BATCH]).to(device)) for at in range(0, len(images), BATCH)]
    probability, embedding = (torch.cat(parts).cpu().numpy() for parts in zip(*answers, strict=True))
    return probability[:, 1], embedding


def served(model: Path, images: Inputs) -> Answers:
    """By the server's own session on CUDA."""
    session = OnnxSession(model, Device.cuda, InferenceSettings())
    answers = [session.run({"image": images[at : at + BATCH]}) for at in range(0, len(images), BATCH)]
    probability = np.concatenate([np.asarray(each["probability"], np.float32) for each in answers])
    return probability[:, 1], np.concatenate([np.asarray(each["embedding"], np.float32) for each in answers])


if __name__ == "__main__":
    main()
