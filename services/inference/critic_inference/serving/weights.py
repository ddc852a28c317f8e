"""The weights: a model is served only when its file is the one that its manifest describes.

Models of other origin have no manifest of ours, and are not checked.
"""

import hashlib
from pathlib import Path

from critic_core.contracts.manifest import MANIFEST_FILE, Manifest, parse_manifest
from critic_inference.errors import ModelUnusable


def check_weights(model_file: Path) -> None:
    """Raises ModelUnusable when the SHA-256 of `model_file` differs from the manifest's beside it."""
    manifest = _manifest(model_file.parent)
    if manifest is None:
        return
    try:
        with model_file.open("rb") as weights:
            digest = hashlib.file_digest(weights, "sha256").hexdigest()
    except OSError as error:
        raise ModelUnusable(f"{model_file.name}: {error}") from error
    if digest != manifest.weights_sha256:
        raise ModelUnusable(
            f"{model_file.name} has the digest {digest[:12]}…, its manifest says {manifest.weights_sha256[:12]}…"
        )


def _manifest(folder: Path) -> Manifest | None:
    try:
        return parse_manifest((folder / MANIFEST_FILE).read_bytes())
    except (OSError, ValueError):
        return None
