"""`critic-train half`: a finished model becomes one that computes in float16, for GPUs.

    critic-train half services/inference/model_repository/aesthetics/1 \
        --photos ../shared/data/ccby/attribution.csv --out exported/aesthetics-half
    critic-train publish exported/aesthetics-half services/inference/model_repository_gpu --largest-batch 256

Same name, calibration and percentiles: its scores are meant to be the same, and how far they are not is printed.
"""

import tempfile
from pathlib import Path
from typing import Annotated

import onnx
import typer
from rich.console import Console

from critic_core.contracts.manifest import MANIFEST_FILE, Golden, Manifest, parse_manifest
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.preprocess import prepare
from critic_training.data.photo_sets import Inputs, read_unrated
from critic_training.export.half_precision.graph import in_half
from critic_training.export.measure import Limits
from critic_training.export.parity import Difference, ParityError, by_file, check, difference, read_inputs
from critic_training.publish import MODEL_FILE, sha256
from critic_training.evaluation.onnx_model import ask, session

SAID = "; computed in float16"
"""What the manifest's architecture ends with: beside the digest of the weights, how one knows which form answered."""

app = typer.Typer()


@app.command()
def half(
    model: Annotated[Path, typer.Argument(help="Folder with model.onnx and manifest.json.")],
    photos: Annotated[Path, typer.Option(help="Table of photos that the two forms are compared on.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    every: Annotated[int, typer.Option(min=1, help="Take every n-th of these photos.")] = 1,
) -> None:
    """Write model.onnx and manifest.json of the same network in float16; refuses where it answers otherwise."""
    console = Console()
    try:
        found = halve(model, read_unrated(photos)[::every], out)
    except (OSError, ValueError) as error:
        console.print(f"not written: {error}")
        raise typer.Exit(1) from error
    console.print(f"written to {out}, differs by {found}")


def halve(model: Path, photos: tuple[Path, ...], out: Path) -> Difference:
    """Write the folder, and tell how far it differs. Raises ParityError, ValueError or OSError, having written nothing.

    ONNX Runtime computes float16 on the CPU by way of float32: what is checked here is the graph and its constants.
    """
    manifest = parse_manifest((model / MANIFEST_FILE).read_bytes())
    if manifest.architecture.endswith(SAID):
        raise ValueError(f"{model} is computed in float16 as it is")
    images = read_inputs(list(photos), manifest.preprocessing)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / MODEL_FILE
        onnx.save_model(in_half(onnx.load_model(model / MODEL_FILE)), file)
        found = _checked(file, model / MODEL_FILE, images)
        told = _manifest(manifest, file)
        out.mkdir(parents=True, exist_ok=True)
        (out / MODEL_FILE).write_bytes(file.read_bytes())
    (out / MANIFEST_FILE).write_text(told.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return found


def _checked(made: Path, of: Path, images: Inputs) -> Difference:
    """By the limits that every form is held to."""
    found = difference(by_file(made, images), by_file(of, images))
    check(found, Limits.probability, "float16")
    if not found.order <= Limits.order:
        raise ParityError(f"float16 orders photos otherwise: {found} (at most {Limits.order})")
    return found


def _manifest(manifest: Manifest, file: Path) -> Manifest:
    golden, _ = ask(session(file), prepare(golden_photo(), manifest.preprocessing)[None])
    return manifest.model_copy(
        update={
            "architecture": manifest.architecture + SAID,
            "golden": Golden(probability=round(float(golden[0]), 6), tolerance=manifest.golden.tolerance),
            "weights_sha256": sha256(file),
        }
    )
