"""A finished model's folder: `model.onnx`, `manifest.json` and the model card; and where its weights come from."""

import hashlib
import os
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from critic_core.contracts.manifest import MANIFEST_FILE, Manifest, parse_manifest

CARD_FILE = "MODEL_CARD.md"


def read_manifest(folder: Path) -> Manifest:
    """Raises OSError or ValueError."""
    return parse_manifest((folder / MANIFEST_FILE).read_bytes())


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """`manifest.json`, indented."""
    (folder / MANIFEST_FILE).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")


def sha256(file: Path) -> str:
    """Hex digest of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def commit() -> str:
    """The commit of the training code, with `+` where its files differ from it; "unknown" outside a checkout."""
    here = Path(__file__).parents[1]
    git = shutil.which("git")
    if git is None:
        return "unknown"
    head, changes = (
        subprocess.run([git, "-C", here, *words], capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
        for words in (["rev-parse", "HEAD"], ["status", "--porcelain", "."])
    )
    return (head.stdout.strip() or "unknown") + ("+" if changes.stdout.strip() else "")


def recorded_command(arguments: Sequence[str]) -> str:
    """The `critic-train` command of a record, the same on every machine: data sets below `$CRITIC_DATA`."""
    data = os.environ.get("CRITIC_DATA", "")
    return " ".join(["critic-train", *(_recorded(argument, data) for argument in arguments)])


def _recorded(argument: str, data: str) -> str:
    path = Path(argument)
    if data and path.is_relative_to(data):
        return f"$CRITIC_DATA/{shlex.quote(path.relative_to(data).as_posix())}"
    return shlex.quote(path.name if path.is_absolute() else argument)
