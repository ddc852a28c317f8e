"""A finished model's folder → the folder of the same model in float16.

Same name, calibration and percentiles: its scores are meant to be the same.
"""

import tempfile
from pathlib import Path

import numpy as np
import onnx

from critic_core.contracts.manifest import MODEL_FILE, Golden, Manifest, Preprocessing, Scale
from critic_core.imaging.decode import decode
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.preprocess import prepare, to_input
from critic_training.data.degradations import DEGRADATIONS, STRENGTHS, degrade
from critic_training.data.photo_sets import Inputs
from critic_training.evaluation.onnx_model import open_session, predict
from critic_training.export.difference import Difference, Limits, ParityError, by_file, check, difference
from critic_training.export.half_precision.graph import to_float16
from critic_training.export.metadata import describe
from critic_training.export.model_folder import read_manifest, sha256, write_manifest

SUFFIX = "; computed in float16"
"""Of the manifest's architecture: beside the digest of the weights, it names the form behind a critique."""


def convert(model: Path, images: Inputs, out: Path) -> Difference:
    """Writes the folder; returns the difference on `images`. Raises ParityError, ValueError or OSError instead.

    ONNX Runtime computes float16 on the CPU by way of float32: this checks the graph and its constants.
    """
    manifest = read_manifest(model)
    if manifest.architecture.endswith(SUFFIX):
        raise ValueError(f"{model} is computed in float16 as it is")
    if sha256(model / MODEL_FILE) != manifest.weights_sha256:
        raise ValueError(f"{model}: the manifest describes other weights")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / MODEL_FILE
        onnx.save_model(to_float16(onnx.load_model(model / MODEL_FILE)), file)
        found = _checked(file, model / MODEL_FILE, images, manifest.scale)
        converted = describe(file, _manifest(manifest, file))
        out.mkdir(parents=True, exist_ok=True)
        (out / MODEL_FILE).write_bytes(file.read_bytes())
    write_manifest(out, converted)
    return found


def golden_inputs(preprocessing: Preprocessing) -> Inputs:
    """The golden photo and its degraded copies, `[25, S, S, 3]`: photographs for a build that has no data set."""
    pixels = decode(golden_photo(), preprocessing).pixels
    copies = (degrade(pixels, kind, strength, seed=0) for kind in DEGRADATIONS for strength in STRENGTHS)
    return np.stack([to_input(photo, preprocessing) for photo in (pixels, *copies)])


def _checked(converted: Path, original: Path, images: Inputs, scale: Scale) -> Difference:
    """By the limits of every form."""
    found = difference(by_file(converted, images), by_file(original, images), scale)
    check(found, Limits.probability, "float16")
    if not found.order <= Limits.order:
        raise ParityError(f"float16 orders photos otherwise: {found} (at most {Limits.order})")
    return found


def _manifest(manifest: Manifest, file: Path) -> Manifest:
    golden, _ = predict(open_session(file), prepare(golden_photo(), manifest.preprocessing)[None])
    return manifest.model_copy(
        update={
            "architecture": manifest.architecture + SUFFIX,
            "golden": Golden(probability=round(float(golden[0]), 6), tolerance=manifest.golden.tolerance),
        }
    )
