"""Checks of the model repository: readable manifests, and weights with the digests in the manifests."""

import hashlib
import os
from pathlib import Path

from critic_cli.doctor.finding import Finding, broken, good
from critic_core.contracts.manifest import MANIFEST_FILE, parse_manifest
from critic_core.runtime.packaged import packaged_folder

_PART = "Model"
_TRAIN = "Train one with `make model`, or name another repository in CRITIC_MODEL_REPOSITORY."


def check_models() -> list[Finding]:
    """One finding a version of a model, or one about their absence."""
    try:
        repository = _repository()
    except (FileNotFoundError, ModuleNotFoundError) as error:
        return [broken(_PART, f"there is no model repository: {error}", _TRAIN)]
    versions = sorted(manifest.parent for manifest in repository.glob(f"*/*/{MANIFEST_FILE}"))
    if not versions:
        return [broken(_PART, f"{repository} holds no model with a {MANIFEST_FILE}", _TRAIN)]
    return [check_version(version) for version in versions]


def check_version(folder: Path) -> Finding:
    """Manifest and weights in `<repository>/<model>/<version>`, and Triton's configuration beside them."""
    name = f"{folder.parent.name} {folder.name}"
    try:
        manifest = parse_manifest((folder / MANIFEST_FILE).read_bytes())
        with (folder / "model.onnx").open("rb") as weights:
            digest = hashlib.file_digest(weights, "sha256").hexdigest()
    except (OSError, ValueError) as error:
        return broken(_PART, f"{name} cannot be read: {error}", _TRAIN)
    if digest != manifest.weights_sha256:
        return broken(
            _PART, f"{name}: model.onnx is not the file that its manifest describes", f"Fetch it again. {_TRAIN}"
        )
    if not (folder.parent / "config.pbtxt").is_file():
        return broken(_PART, f"{name} has no config.pbtxt", _TRAIN)
    return good(_PART, f"{name}: {manifest.architecture}, weights {digest[:12]}…")


def _repository() -> Path:
    if path := os.environ.get("CRITIC_MODEL_REPOSITORY"):
        return Path(path)
    return packaged_folder("critic_inference", "model_repository", "services/inference/model_repository")
