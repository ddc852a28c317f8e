"""What `model.onnx` says of itself, away from its folder."""

import json
from pathlib import Path

import onnx

from critic_core.contracts.manifest import Manifest
from critic_training.export.model_folder import sha256

LICENCE = "Apache-2.0"
DESCRIBED = ("name", "architecture", "summary", "training_command", "training_commit", "created")
STRUCTURED = ("classes", "kinds", "preprocessing", "calibration", "scale")


def describe(model: Path, manifest: Manifest) -> Manifest:
    """Writes `metadata_props` into the file; returns the manifest with the file's new digest.

    Values are text; structures are JSON, as in the manifest. No version: `publish` numbers it.
    """
    file = onnx.load_model(model)
    fields = manifest.model_dump(mode="json")
    texts = {name: str(fields[name]) for name in DESCRIBED}
    structures = {name: json.dumps(fields[name]) for name in STRUCTURED}
    onnx.helper.set_model_props(file, {**texts, **structures, "license": LICENCE})
    onnx.save_model(file, model)
    return manifest.model_copy(update={"weights_sha256": sha256(model)})
