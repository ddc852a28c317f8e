"""The model repository: each model's manifest can be read, and its weights are the ones the manifest speaks of."""

import hashlib
import os
from pathlib import Path

from critic_cli.doctor.finding import Finding, broken, good
from critic_core.contracts.manifest import MANIFEST_FILE, parse_manifest
from critic_core.runtime.packaged import packaged_folder

_PART = "Model"
_TRAIN = "Make one with `make model`, or name another repository in CRITIC_MODEL_REPOSITORY."


def look_at_models() -> list[Finding]:
    """One finding a version of a model; one that says so when there is none."""
    try:
        repository = _repository()
    except (FileNotFoundError, ModuleNotFoundError) as error:
        return [broken(_PART, f"there is no model repository: {error}", _TRAIN)]
    versions = sorted(manifest.parent for manifest in repository.glob(f"*/*/{MANIFEST_FILE}"))
    if not versions:
        return [broken(_PART, f"{repository} holds no model with a {MANIFEST_FILE}", _TRAIN)]
    return [look_at_version(version) for version in versions]


def look_at_version(folder: Path) -> Finding:
    """`<repository>/<model>/<version>`: manifest, weights, and Triton's configuration beside them."""
    name = f"{folder.parent.name} {folder.name}"
    try:
        manifest = parse_manifest((folder / MANIFEST_FILE).read_bytes())
        with (folder / "model.onnx").open("rb") as weights:
            digest = hashlib.file_digest(weights, "sha256").hexdigest()
    except (OSError, ValueError) as error:
        return broken(_PART, f"{name} cannot be read: {error}", _TRAIN)
    if digest != manifest.weights_sha256:
        return broken(_PART, f"{name}: model.onnx is not the file its manifest speaks of", f"Fetch it again. {_TRAIN}")
    if not (folder.parent / "config.pbtxt").is_file():
        return broken(_PART, f"{name} has no config.pbtxt", _TRAIN)
    return good(_PART, f"{name}: {manifest.architecture}, weights {digest[:12]}…")


def _repository() -> Path:
    told = os.environ.get("CRITIC_MODEL_REPOSITORY")
    if told:
        return Path(told)
    return packaged_folder("critic_inference", "model_repository", "services/inference/model_repository")
