"""What was decided, brought back to the photographer's disk. Nothing there is ever deleted, moved or overwritten."""

import filecmp
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from critic_cli.culling.shots import Shot
from critic_core.contracts.album import Proposal, Verdict
from critic_core.contracts.errors import CriticError
from critic_core.exports.export import Naming, StarMap
from critic_core.exports.names import sidecar_names
from critic_core.exports.sidecar import merged

Told = Callable[[str], None]


def write_sidecars(proposal: Proposal, shot: Shot, stars: StarMap, naming: Naming) -> Iterator[str]:
    """Sidecars beside all files of a photo, merged into those that are there. What could not be written is told."""
    names = {file.parent / name: None for file in shot.files for name in sidecar_names(file.name, naming)}
    for path in names:
        try:
            existing = path.read_bytes() if path.exists() else None
            _replace(path, merged(existing, proposal, stars.of(proposal)))
        except CriticError as error:
            yield f"{path}: {error.detail}"
        except OSError as error:
            yield f"{path}: The sidecar cannot be written: {error.strerror or error}."


def copy_keeper(proposal: Proposal, shot: Shot, folder: Path, to: Path) -> Iterator[str]:
    """All files of a photo that is kept, in the same folders below `to`. What is there and differs is left alone."""
    if proposal.verdict is not Verdict.keep:
        return
    for file in shot.files:
        target = to / file.relative_to(folder)
        try:
            if target.exists() and not filecmp.cmp(file, target, shallow=False):
                yield f"{target}: There is another file of that name; it was left as it is."
            elif not target.exists():
                _copy(file, target)
        except OSError as error:
            yield f"{file}: It could not be copied: {error.strerror or error}."


def _copy(file: Path, target: Path) -> None:
    """With its time of change; it appears when it is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    try:
        shutil.copy2(file, part)
        os.link(part, target)  # fails where another one appeared meanwhile
    finally:
        part.unlink(missing_ok=True)


def _replace(path: Path, data: bytes) -> None:
    """In one step, and not at all when it is the same."""
    if path.exists() and path.read_bytes() == data:
        return
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        if path.exists():
            shutil.copymode(path, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
