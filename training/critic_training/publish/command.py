"""`critic-train publish`: a finished model goes to where servers read.

    critic-train publish runs/alexnet/model /models

Takes the folder that `critic-train export` wrote. A running server takes the version up by itself, and refuses it,
going on with the one before, when its golden photo does not come out as published. Going back to the version before:
take the newer version's folder away.
"""

from pathlib import Path
from typing import Annotated

import typer

from critic_core.contracts.manifest import MANIFEST_FILE, parse_manifest
from critic_training.publish import KEPT, MODEL_FILE
from critic_training.publish import publish as publish_version
from critic_training.triton_config import LARGEST_BATCH

app = typer.Typer()


@app.command()
def publish(
    model: Annotated[Path, typer.Argument(help="Folder with model.onnx and manifest.json.")],
    repository: Annotated[Path, typer.Argument(help="The model repository.")],
    version: Annotated[int | None, typer.Option(min=1, help="Replace this version; else the next free one.")] = None,
    keep: Annotated[int, typer.Option(min=1, help="Versions that stay, the new one included.")] = KEPT,
    largest_batch: Annotated[int, typer.Option(min=4, help="Photos in a batch; 256 where GPUs serve.")] = LARGEST_BATCH,
) -> None:
    """Put a new version into a model repository, in one step."""
    try:
        manifest = parse_manifest((model / MANIFEST_FILE).read_bytes())
        number = str(version) if version else None
        print(publish_version(repository, manifest, model / MODEL_FILE, number, keep, largest_batch))
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"not published: {error}") from error
