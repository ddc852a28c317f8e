"""`critic-train parity`: the running server answers as the published file does, and that as the trained network.

    critic-train parity services/inference/model_repository/aesthetics/1 --server localhost:8001 \
        --photos ../shared/data/ccby/attribution.csv --every 10 --run runs/aesthetics
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from tritonclient.grpc import InferenceServerClient, InferInput
from tritonclient.utils import InferenceServerException

from critic_core.contracts.manifest import (
    EMBEDDING_NAME,
    INPUT_NAME,
    MANIFEST_FILE,
    PROBABILITY_NAME,
    Manifest,
    parse_manifest,
)
from critic_training.evaluation.calibration import Platt
from critic_training.data.photo_sets import Inputs, read_unrated
from critic_training.export.measure import Limits
from critic_training.export.parity import (
    FLOAT32_BOUND,
    Answers,
    Difference,
    ParityError,
    by_file,
    check,
    difference,
    read_inputs,
    trained,
)
from critic_training.publish import MODEL_FILE
from critic_training.runs.checkpoint import BEST_FILE, load_network

BATCH = 8
COMPRESSED_BOUND = Limits.probability

app = typer.Typer()


@app.command()
def parity(
    model: Annotated[Path, typer.Argument(help="A published version's folder.")],
    photos: Annotated[Path, typer.Option(help="Table of photos to ask about.")],
    server: Annotated[str | None, typer.Option(help="HOST:PORT of an inference server's gRPC that serves it.")] = None,
    run: Annotated[Path | None, typer.Option(help="The run that the model was exported from.")] = None,
    every: Annotated[int, typer.Option(min=1, help="Take every n-th of these photos.")] = 10,
) -> None:
    """Compare what the file, the running server and PyTorch say of photos; exit 1 where they differ."""
    console = Console()
    try:
        for what, found in compared(model, read_unrated(photos)[::every], server, run):
            console.print(f"{what} agrees: {found}")
    except (ParityError, InferenceServerException) as error:
        console.print(f"no parity: {error}")
        raise typer.Exit(1) from error


def compared(
    model: Path, photos: tuple[Path, ...], server: str | None, run: Path | None
) -> list[tuple[str, Difference]]:
    """How far each differs from the file: the server by float32 rounding at most, PyTorch by what compression costs.

    Raises ParityError where one differs by more, tritonclient's InferenceServerException where no server answers.
    """
    manifest = parse_manifest((model / MANIFEST_FILE).read_bytes())
    images = read_inputs(list(photos), manifest.preprocessing)
    told = by_file(model / MODEL_FILE, images)
    found = []
    if server:
        found.append(("the server", difference(by_server(server, manifest, images), told), FLOAT32_BOUND))
    if run:
        network, _ = load_network(run / BEST_FILE)
        curve = Platt(**manifest.calibration.parameters)
        found.append(("the trained network", difference(told, trained(network, curve, images)), COMPRESSED_BOUND))
    for what, differs, bound in found:
        check(differs, bound, what)
    return [(what, differs) for what, differs, _ in found]


def by_server(address: str, manifest: Manifest, images: Inputs) -> Answers:
    """Probability `[N]` and embedding `[N, D]`, over the Open Inference Protocol."""
    with InferenceServerClient(address) as client:
        answers = [_ask(client, manifest, images[at : at + BATCH]) for at in range(0, len(images), BATCH)]
    return np.concatenate([told for told, _ in answers]), np.concatenate([embedding for _, embedding in answers])


def _ask(client: InferenceServerClient, manifest: Manifest, images: Inputs) -> Answers:
    asked = InferInput(INPUT_NAME, list(images.shape), "UINT8")
    asked.set_data_from_numpy(images)
    told = client.infer(manifest.name, [asked], model_version=manifest.version)
    return told.as_numpy(PROBABILITY_NAME)[:, 1], told.as_numpy(EMBEDDING_NAME)
