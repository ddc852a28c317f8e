"""Sidecars and copies of the keepers on the photographer's disk. No photo is ever deleted, moved or overwritten."""

import filecmp
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from critic_cli.culling.raw_jpeg_pairs import Shot
from critic_core.contracts.album import Proposal, Verdict
from critic_core.contracts.errors import CriticError
from critic_core.exports.archive_names import sidecar_names
from critic_core.exports.export import Naming, StarMap
from critic_core.exports.sidecar_merge import merge_sidecar


def write_sidecars(proposal: Proposal, shot: Shot, stars: StarMap, naming: Naming) -> Iterator[str]:
    """Write or update the sidecars of all files of a shot. Yields problems."""
    names = {file.parent / name: None for file in shot.files for name in sidecar_names(file.name, naming)}
    for path in names:
        try:
            existing = path.read_bytes() if path.exists() else None
            _replace(path, merge_sidecar(existing, proposal, stars.of(proposal)))
        except CriticError as error:
            yield f"{path}: {error.detail}"
        except OSError as error:
            yield f"{path}: The sidecar cannot be written: {error.strerror or error}."


def copy_keeper(proposal: Proposal, shot: Shot, folder: Path, to: Path) -> Iterator[str]:
    """Copy all files of a keeper below `to`, with their folders. A different file there stays. Yields problems."""
    if proposal.verdict is not Verdict.keep:
        return
    for file in shot.files:
        target = to / file.relative_to(folder)
        try:
            if target.exists() and not filecmp.cmp(file, target, shallow=False):
                yield f"{target}: A different file has this name; it was left unchanged."
            elif not target.exists():
                _copy(file, target)
        except OSError as error:
            yield f"{file}: It could not be copied: {error.strerror or error}."


def _copy(file: Path, target: Path) -> None:
    """Copy with the modification time; a failure leaves no incomplete file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial_file = target.with_name(f".{target.name}.part")
    try:
        shutil.copy2(file, partial_file)
        os.link(partial_file, target)  # fails if the target was created meanwhile
    finally:
        partial_file.unlink(missing_ok=True)


def _replace(path: Path, data: bytes) -> None:
    """Replace atomically, unless nothing changed."""
    if path.exists() and path.read_bytes() == data:
        return
    partial_file = path.with_name(f".{path.name}.part")
    try:
        partial_file.write_bytes(data)
        if path.exists():
            shutil.copymode(path, partial_file)
        partial_file.replace(path)
    finally:
        partial_file.unlink(missing_ok=True)
