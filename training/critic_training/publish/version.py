"""A finished model becomes a version in a folder that servers read, in one step.

`<name>/config.pbtxt` with its variants in `configs/`, and in `<name>/<version>/` `model.onnx`, `manifest.json`,
`golden.npy` and the model card, where the model comes with one. A server that watches the folder sees a version whole
or not at all.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np

from critic_core.contracts.manifest import GOLDEN_FILE, MANIFEST_FILE, Manifest, parse_manifest
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.preprocess import prepare
from critic_training.evaluation.onnx_model import ask, session
from critic_training.triton_config import LARGEST_BATCH, config_files

MODEL_FILE, CARD_FILE = "model.onnx", "MODEL_CARD.md"
KEPT = 3
"""Versions that stay, so that the one before can be gone back to."""
GOLDEN_BOUND = 1e-3
"""How far the golden photo's probability may be from the manifest's: other processors round otherwise."""


def publish(  # noqa: PLR0913, PLR0917 - each is an option of the command
    repository: Path,
    manifest: Manifest,
    model: Path,
    version: str | None = None,
    kept: int = KEPT,
    largest_batch: int = LARGEST_BATCH,
) -> Path:
    """Writes the version and returns its folder: the next free number, or `version`, which is replaced if it is there.

    Raises ValueError, and writes nothing, when the weights are not those that the manifest tells of, or do not say of
    the golden photo what it says.
    """
    golden = prepare(golden_photo(), manifest.preprocessing)
    _check(manifest, model, golden)
    folder = repository / manifest.name
    folder.mkdir(parents=True, exist_ok=True)
    manifest = manifest.model_copy(update={"version": version or str(max([0, *versions(folder)]) + 1)})
    staged = _stage(folder, manifest, model, golden)
    others = [number for number in versions(folder) if str(number) != manifest.version]
    staying = others[max(0, len(others) - kept + 1) :]
    write_configs(folder, [manifest, *_manifests(folder, staying)], largest_batch)
    _put(staged, folder / manifest.version)
    for number in set(versions(folder)) - {*staying, int(manifest.version)}:
        _remove(folder / str(number))
    return folder / manifest.version


def versions(folder: Path) -> list[int]:
    """The versions of a model, ascending."""
    return sorted(int(each.name) for each in folder.iterdir() if each.is_dir() and each.name.isdecimal())


def _check(manifest: Manifest, model: Path, golden: "np.typing.NDArray[np.uint8]") -> None:
    if sha256(model) != manifest.weights_sha256:
        raise ValueError("the manifest tells of other weights")
    told = float(ask(session(model), golden[None])[0][0])
    if not abs(told - manifest.golden.probability) <= GOLDEN_BOUND:
        raise ValueError(f"the golden photo gets {told:.4f}, the manifest says {manifest.golden.probability:.4f}")


def _stage(folder: Path, manifest: Manifest, model: Path, golden: "np.typing.NDArray[np.uint8]") -> Path:
    """The version under a hidden name, which no server looks at, and safely on disk."""
    staged = folder / f".{manifest.version}.new"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    shutil.copyfile(model, staged / MODEL_FILE)
    if model.with_name(CARD_FILE).is_file():
        shutil.copyfile(model.with_name(CARD_FILE), staged / CARD_FILE)
    (staged / MANIFEST_FILE).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    np.save(staged / GOLDEN_FILE, golden)
    for file in staged.iterdir():
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
    return staged


def _put(staged: Path, version: Path) -> None:
    if version.exists():
        _remove(version)
    staged.rename(version)


def _remove(version: Path) -> None:
    """Gone for servers at once, and then from disk."""
    leaving = version.with_name(f".{version.name}.old")
    shutil.rmtree(leaving, ignore_errors=True)
    version.rename(leaving)
    shutil.rmtree(leaving)


def write_configs(folder: Path, manifests: list[Manifest], largest_batch: int = LARGEST_BATCH) -> None:
    """The model's configuration and its variants, newest version first; each file is replaced in one step."""
    files = config_files(*manifests, largest_batch=largest_batch)
    for name, text in reversed(files.items()):  # config.pbtxt last: it is what everybody waits for
        temporary = folder / ".config.new"
        temporary.write_text(text, encoding="utf-8")
        (folder / name).parent.mkdir(exist_ok=True)
        temporary.replace(folder / name)


def _manifests(folder: Path, numbers: list[int]) -> list[Manifest]:
    """Of those versions that have one: a folder that somebody else put there is none of ours."""
    files = [folder / str(number) / MANIFEST_FILE for number in numbers]
    return [parse_manifest(file.read_bytes()) for file in files if file.is_file()]


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
