"""Sidecars on the photographer's disk: what people said in them and in the photos, and their update."""

import math
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from critic_cli.culling.files_on_disk import replace_file
from critic_cli.culling.same_stem import Shot
from critic_cli.files.photo_metadata import stated_in
from critic_core.contracts.album import Proposal
from critic_core.contracts.errors import CriticError
from critic_core.exports.archive_names import sidecar_names
from critic_core.exports.export import ExportOptions, Naming
from critic_core.exports.sidecar_merge import SidecarContent, merge_sidecar, sidecar_content
from critic_core.metadata.stated_choice import StatedChoice, first_stated, of_sidecar


class Sidecars:
    """The sidecars of one run. Files of one stem share `IMG.xmp`: the first shot of the run writes it."""

    def __init__(self, options: ExportOptions) -> None:
        self._options = options
        self._written: set[Path] = set()
        self._names: dict[Path, dict[str, Path]] = {}

    def write(
        self, proposal: Proposal, shot: Shot, copy: bool = False, files: tuple[Path, ...] | None = None
    ) -> Iterator[str]:
        """Write or update the sidecars of a shot, new ones for all of its files or those named. Yields problems."""
        content = self.content(proposal, shot, copy)
        for path in self._paths(shot, shot.files if files is None else files):
            if path in self._written:
                continue
            self._written.add(path)
            try:
                replace_file(path, merge_sidecar(path.read_bytes() if path.exists() else None, content))
            except CriticError as error:
                yield f"{path}: {error.detail}"
            except OSError as error:
                yield f"{path}: The sidecar cannot be written: {error.strerror or error}."

    def content(self, proposal: Proposal, shot: Shot, copy: bool = False) -> SidecarContent:
        """What a sidecar of the shot says."""
        return sidecar_content(proposal, self._options, self.stated(shot), copy)

    def stated(self, shot: Shot, since: datetime | None = None) -> StatedChoice:
        """What people said: in the sidecars, the latest first, then inside the files; `since`: in later files alone."""
        after = since.timestamp() if since else -math.inf
        existing = sorted(self._existing(shot), key=_changed, reverse=True)
        sidecars = [_stated_in_sidecar(file) for file in existing if _changed(file) > after]
        return first_stated([*sidecars, *(stated_in(file) for file in shot.files if _changed(file) > after)])

    def _paths(self, shot: Shot, files: tuple[Path, ...]) -> list[Path]:
        """The sidecars of the files in the requested naming, and those of the shot that exist in the other one."""
        requested = [self._path(path) for path in _sidecar_paths(files, self._options.naming)]
        return list(dict.fromkeys([*requested, *self._existing(shot)]))

    def _existing(self, shot: Shot) -> list[Path]:
        paths = dict.fromkeys(self._path(path) for path in _sidecar_paths(shot.files, Naming.both))
        return [path for path in paths if path.exists()]

    def _path(self, path: Path) -> Path:
        """The existing file of this name in whatever case (IMG.XMP), else the path."""
        if path.parent not in self._names:
            self._names[path.parent] = {file.name.casefold(): file for file in sorted(path.parent.iterdir())}
        exact = path if path.exists() else None
        return exact or self._names[path.parent].get(path.name.casefold(), path)


def _sidecar_paths(files: tuple[Path, ...], naming: Naming) -> list[Path]:
    return [file.parent / name for file in files for name in sidecar_names(file.name, naming)]


def _stated_in_sidecar(path: Path) -> StatedChoice:
    try:
        return of_sidecar(path.read_bytes())
    except OSError:
        return StatedChoice()


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
