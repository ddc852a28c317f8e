"""`critic-train repository`: a whole model repository for Triton, or in float16 for GPUs.

    critic-train repository services/inference/model_repository .cache/model_repository_gpu --precision float16

Triton's configurations and float16 weights are made from the repository in git, at the build of the images (target
`models` of infra/docker/Dockerfile) or at the start of Triton (infra/compose/triton.yml). No PyTorch.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from critic_core.contracts.manifest import MANIFEST_FILE, MODEL_FILE
from critic_training.export.half_precision.convert import convert, golden_inputs
from critic_training.export.model_folder import read_manifest
from critic_training.publish.triton_config import LARGEST_BATCH_GPU
from critic_training.publish.version import publish, remove_version, versions, write_configs


class Precision(StrEnum):
    """Arithmetic of the network; float32 is the models as published."""

    float32 = "float32"
    float16 = "float16"


app = typer.Typer()


@app.command()
def repository(
    source: Annotated[Path, typer.Argument(help="A model repository.", exists=True, file_okay=False)],
    out: Annotated[Path, typer.Argument(help="Folder of the new one; its models that SOURCE does not have leave.")],
    precision: Annotated[
        Precision, typer.Option(help="float16: for GPUs, in batches of up to 256.")
    ] = Precision.float32,
) -> None:
    """Write a model repository with Triton's configurations, in float32 or float16."""
    try:
        build_repository(source, out, precision)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"not written: {error}") from error
    print(f"{out}: {', '.join(sorted(folder.name for folder in model_folders(out)))}, {precision}")


def build_repository(source: Path, out: Path, precision: Precision) -> None:
    """Unchanged versions stay untouched, so that a polling server reloads nothing.

    Raises ParityError, ValueError or OSError, with the models before the failing one written.
    """
    out.mkdir(parents=True, exist_ok=True)
    models = model_folders(source)
    for model in models:
        if _has_manifests(model):
            _build_model(model, out, precision)
        else:  # of another maker
            shutil.copytree(model, out / model.name, dirs_exist_ok=True)
    for folder in model_folders(out):
        if folder.name not in {model.name for model in models}:
            shutil.rmtree(folder)


def model_folders(folder: Path) -> list[Path]:
    """Folders with a configuration."""
    return sorted(config.parent for config in folder.glob("[!.]*/config.pbtxt"))


def _has_manifests(model: Path) -> bool:
    return all((model / str(number) / MANIFEST_FILE).is_file() for number in versions(model))


def _build_model(model: Path, out: Path, precision: Precision) -> None:
    numbers, folder = versions(model), out / model.name
    largest_batch = LARGEST_BATCH_GPU if precision is Precision.float16 else _largest_batch(model)
    for number in numbers:
        with _version_in(model / str(number), precision) as version:
            manifest, published = read_manifest(version), folder / str(number)
            if not (published.is_dir() and read_manifest(published) == manifest):
                publish(out, manifest, version / MODEL_FILE, str(number), len(numbers), largest_batch)
    for number in set(versions(folder)) - set(numbers):
        remove_version(folder / str(number))
    newest_first = [read_manifest(folder / str(number)) for number in reversed(numbers)]
    write_configs(folder, newest_first, largest_batch)


def _largest_batch(model: Path) -> int:
    config = (model / "config.pbtxt").read_text(encoding="utf-8")
    found = re.search(r"^max_batch_size: (\d+)$", config, re.MULTILINE)
    if found is None:
        raise ValueError(f"{model / 'config.pbtxt'} names no max_batch_size")
    return int(found[1])


@contextmanager
def _version_in(version: Path, precision: Precision) -> Iterator[Path]:
    """The version's folder, converted where the precision is another one."""
    if precision is Precision.float32:
        yield version
        return
    with tempfile.TemporaryDirectory() as folder:
        convert(version, golden_inputs(read_manifest(version).preprocessing), Path(folder))
        yield Path(folder)


if __name__ == "__main__":
    app()
