"""A finished model becomes a folder that servers read.

`<name>/config.pbtxt`, and in `<name>/<version>/` `model.onnx` and `manifest.json`.
"""

import hashlib
import shutil
import subprocess
from pathlib import Path

from critic_core.contracts.manifest import MANIFEST_FILE, Manifest
from critic_training.triton_config import config

MODEL_FILE = "model.onnx"


def publish(repository: Path, manifest: Manifest, model: Path) -> Path:
    """Writes the folder and returns it. The weights must be those that the manifest tells of, or ValueError."""
    if sha256(model) != manifest.weights_sha256:
        raise ValueError("the manifest tells of other weights")
    folder = repository / manifest.name
    version = folder / manifest.version
    version.mkdir(parents=True, exist_ok=True)
    temporary = version / ".new.onnx"
    shutil.copyfile(model, temporary)
    temporary.replace(version / MODEL_FILE)  # a server that is loading sees the old file or the new one
    (version / MANIFEST_FILE).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (folder / "config.pbtxt").write_text(config(manifest), encoding="utf-8")
    return folder


def sha256(file: Path) -> str:
    """Hex digest of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def commit() -> str:
    """The commit the training code is at, with `+` where its files differ from it; "unknown" outside a checkout."""
    here = Path(__file__).parent
    git = shutil.which("git")
    if git is None:
        return "unknown"
    told = [
        subprocess.run([git, "-C", here, *words], capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
        for words in (["rev-parse", "HEAD"], ["status", "--porcelain", "."])
    ]
    return (told[0].stdout.strip() or "unknown") + ("+" if told[1].stdout.strip() else "")
