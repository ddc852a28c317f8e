"""A finished model becomes a version in a model repository, in one step.

`<name>/config.pbtxt` with Triton's variants in `configs/`, and in `<name>/<version>/` `model.onnx`, `manifest.json`,
`golden.npy` and the model card, where the model has one. A server that polls the repository sees a version whole or
not at all.
"""

import os
import shutil
from pathlib import Path

import numpy as np

from critic_core.contracts.manifest import GOLDEN_FILE, MANIFEST_FILE, MODEL_FILE, Manifest, is_version_folder
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.preprocess import prepare
from critic_training.data.photo_sets import Inputs
from critic_training.evaluation.onnx_model import open_session, predict
from critic_training.export.model_folder import CARD_FILE, read_manifest, sha256, write_manifest
from critic_training.publish.triton_config import LARGEST_BATCH, config_files
from critic_training.runs.atomic_file import atomic_file

MAX_VERSIONS = 3
"""Versions in the repository, for a rollback to the one before."""
GOLDEN_BOUND = 1e-3
"""Largest distance of the golden photo's probability from the manifest's: other processors round otherwise."""


def publish(  # noqa: PLR0913, PLR0917 - each is an option of the command
    repository: Path,
    manifest: Manifest,
    model: Path,
    version: str | None = None,
    max_versions: int = MAX_VERSIONS,
    largest_batch: int = LARGEST_BATCH,
) -> Path:
    """Writes the version and returns its folder: the next free number, or `version`, whose old files it replaces.

    Raises ValueError, and writes nothing, when the weights are not those of the manifest, or when their prediction for
    the golden photo is another one.
    """
    golden = prepare(golden_photo(), manifest.preprocessing)
    _check(manifest, model, golden)
    folder = repository / manifest.name
    folder.mkdir(parents=True, exist_ok=True)
    manifest = manifest.model_copy(update={"version": version or str(max([0, *versions(folder)]) + 1)})
    staged = _stage(folder, manifest, model, golden)
    older = [number for number in versions(folder) if str(number) != manifest.version]
    retained = older[max(0, len(older) - max_versions + 1) :]
    write_configs(folder, [manifest, *_manifests(folder, retained)], largest_batch)
    _activate(staged, folder / manifest.version)
    for number in set(versions(folder)) - {*retained, int(manifest.version)}:
        remove_version(folder / str(number))
    return folder / manifest.version


def versions(folder: Path) -> list[int]:
    """The versions of a model, ascending."""
    return sorted(int(path.name) for path in folder.iterdir() if path.is_dir() and is_version_folder(path.name))


def _check(manifest: Manifest, model: Path, golden: Inputs) -> None:
    if sha256(model) != manifest.weights_sha256:
        raise ValueError("the manifest describes other weights")
    probability = float(predict(open_session(model), golden[None])[0][0])
    if not abs(probability - manifest.golden.probability) <= GOLDEN_BOUND:
        raise ValueError(
            f"the golden photo gets {probability:.4f}, the manifest says {manifest.golden.probability:.4f}"
        )


def _stage(folder: Path, manifest: Manifest, model: Path, golden: Inputs) -> Path:
    """The version under a hidden name, which servers ignore, and safely on disk."""
    staged = folder / f".{manifest.version}.new"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    shutil.copyfile(model, staged / MODEL_FILE)
    if model.with_name(CARD_FILE).is_file():
        shutil.copyfile(model.with_name(CARD_FILE), staged / CARD_FILE)
    write_manifest(staged, manifest)
    np.save(staged / GOLDEN_FILE, golden)
    for file in staged.iterdir():
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
    return staged


def _activate(staged: Path, version: Path) -> None:
    if version.exists():
        remove_version(version)
    staged.rename(version)


def remove_version(version: Path) -> None:
    """Hide the version from servers at once, then delete the files."""
    hidden = version.with_name(f".{version.name}.old")
    shutil.rmtree(hidden, ignore_errors=True)
    version.rename(hidden)
    shutil.rmtree(hidden)


def write_configs(folder: Path, manifests: list[Manifest], largest_batch: int = LARGEST_BATCH) -> None:
    """The model's configuration and its variants, newest version first; replaces each changed file in one step."""
    for name, text in config_files(*manifests, largest_batch=largest_batch).items():
        file = folder / name
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            continue
        file.parent.mkdir(exist_ok=True)
        with atomic_file(file) as new:
            new.write_text(text, encoding="utf-8")


def _manifests(folder: Path, numbers: list[int]) -> list[Manifest]:
    """The manifests of the versions, except of third-party versions without a manifest."""
    found = [folder / str(number) for number in numbers]
    return [read_manifest(version) for version in found if (version / MANIFEST_FILE).is_file()]
