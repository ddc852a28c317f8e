"""`critic-train publish`: a finished model becomes a version of a model repository.

    critic-train publish runs/alexnet/model /models

Input: the folder of `critic-train export`. A running server loads the version by itself, and rejects it, serving the
one before, when its golden photo has another probability than at publishing. Rollback: remove the newer folder.
"""

from pathlib import Path
from typing import Annotated

import typer

from critic_core.contracts.manifest import MODEL_FILE
from critic_training.export.model_folder import read_manifest
from critic_training.publish.triton_config import LARGEST_BATCH
from critic_training.publish.version import MAX_VERSIONS
from critic_training.publish.version import publish as publish_version

app = typer.Typer()


@app.command()
def publish(
    model: Annotated[Path, typer.Argument(help="Folder with model.onnx and manifest.json.")],
    repository: Annotated[Path, typer.Argument(help="The model repository.")],
    version: Annotated[int | None, typer.Option(min=1, help="Replace this version; else the next free one.")] = None,
    keep: Annotated[int, typer.Option(min=1, help="Versions that stay, the new one included.")] = MAX_VERSIONS,
    largest_batch: Annotated[int, typer.Option(min=4, help="Photos in a batch; 256 where GPUs serve.")] = LARGEST_BATCH,
) -> None:
    """Put a new version into a model repository, in one step."""
    try:
        number = str(version) if version else None
        print(publish_version(repository, read_manifest(model), model / MODEL_FILE, number, keep, largest_batch))
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"not published: {error}") from error
