"""`critic-train parity`: the running server, the published file and the trained network predict alike.

    critic-train parity services/inference/model_repository/aesthetics/1 --server localhost:8001 \
        --photos $CRITIC_DATA/ccby/attribution.csv --every 10 --run runs/aesthetics
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from tritonclient.grpc import InferenceServerClient, InferInput
from tritonclient.utils import InferenceServerException

from critic_core.contracts.manifest import (
    DEVICE_PARAMETER,
    EMBEDDING_NAME,
    INPUT_NAME,
    MODEL_FILE,
    PROBABILITY_NAME,
    Manifest,
)
from critic_training.data.photo_sets import Inputs, read_unrated
from critic_training.evaluation.calibration import Platt
from critic_training.export.difference import (
    FLOAT32_BOUND,
    Difference,
    Limits,
    ParityError,
    Predictions,
    by_file,
    check,
    difference,
    read_inputs,
)
from critic_training.export.model_folder import read_manifest
from critic_training.export.parity import trained
from critic_training.runs.checkpoint import BEST_FILE, load_network

BATCH = 8
COMPRESSED_BOUND = Limits.probability

app = typer.Typer()


@app.command()
def parity(
    model: Annotated[Path, typer.Argument(help="A published version's folder.")],
    photos: Annotated[Path, typer.Option(help="Table of photos to compare on.")],
    server: Annotated[str | None, typer.Option(help="HOST:PORT of an inference server's gRPC that serves it.")] = None,
    run: Annotated[Path | None, typer.Option(help="The run that the model was exported from.")] = None,
    every: Annotated[int, typer.Option(min=1, help="Take every n-th of these photos.")] = 10,
) -> None:
    """Compare the predictions of the file, the running server and PyTorch; exit 1 where they differ."""
    console = Console()
    try:
        for what, found in compare_all(model, read_unrated(photos)[::every], server, run):
            console.print(f"{what} agrees: {found}")
    except (ParityError, InferenceServerException) as error:
        console.print(f"no parity: {error}")
        raise typer.Exit(1) from error


def compare_all(
    model: Path, photos: tuple[Path, ...], server: str | None, run: Path | None
) -> list[tuple[str, Difference]]:
    """Differences from the file: the server by the rounding of its precision, PyTorch by the cost of compression.

    Raises ParityError where one differs by more, tritonclient's InferenceServerException where the server fails.
    """
    manifest = read_manifest(model)
    images = read_inputs(list(photos), manifest.preprocessing)
    published = by_file(model / MODEL_FILE, images)
    found = []
    if server:
        found.append(
            (
                "the server",
                difference(by_server(server, manifest, images), published, manifest.scale),
                _bound(server, manifest),
            )
        )
    if run:
        network, _ = load_network(run / BEST_FILE)
        curve = Platt(**manifest.calibration.parameters)
        differs = difference(published, trained(network, curve, images), manifest.scale)
        found.append(("the trained network", differs, COMPRESSED_BOUND))
    for what, differs, bound in found:
        check(differs, bound, what)
    return [(what, differs) for what, differs, _ in found]


def _bound(address: str, manifest: Manifest) -> float:
    """Of float32, or of compression for a server that computes in bfloat16."""
    with InferenceServerClient(address) as client:
        parameters = client.get_model_config(manifest.name, manifest.version).config.parameters
    device = parameters[DEVICE_PARAMETER].string_value if DEVICE_PARAMETER in parameters else ""
    return COMPRESSED_BOUND if device.endswith("bf16") else FLOAT32_BOUND


def by_server(address: str, manifest: Manifest, images: Inputs) -> Predictions:
    """Over the Open Inference Protocol."""
    with InferenceServerClient(address) as client:
        batches = [_infer(client, manifest, images[at : at + BATCH]) for at in range(0, len(images), BATCH)]
    probability, embedding = (np.concatenate(values) for values in zip(*batches, strict=True))
    return probability, embedding


def _infer(client: InferenceServerClient, manifest: Manifest, images: Inputs) -> Predictions:
    tensor = InferInput(INPUT_NAME, list(images.shape), "UINT8")
    tensor.set_data_from_numpy(images)
    result = client.infer(manifest.name, [tensor], model_version=manifest.version)
    return result.as_numpy(PROBABILITY_NAME)[:, 1], result.as_numpy(EMBEDDING_NAME)
