"""Takes up new versions in the model repository while requests go on; broken ones are rejected, and the old ones stay.

As Triton's model control mode "poll": a new version is loaded, warmed and checked with the golden photo beside the one
in use, then replaces it in one step; the old one is unloaded after its last request.
"""

import asyncio
from pathlib import Path

from critic_core.runtime.logs import logger
from critic_inference.serving.catalogue import Catalogue, Model, fall_back, load, model_folders, read_model, reject
from critic_inference.serving.model_version import ModelVersion, State
from critic_inference.settings import InferenceSettings

log = logger(__name__)

CONFIG = 0
"""Stands for the config among the rejected versions."""
Stamp = frozenset[tuple[str, int, int]]
"""Path, modification time (ns) and size of every file of a model and its versions."""


class RepositoryWatcher:
    """Polls the model repository. Its content at construction counts as known."""

    def __init__(self, settings: InferenceSettings) -> None:
        self._settings = settings
        self._known = self._stamps()
        self._unloading: set[asyncio.Task[None]] = set()

    async def run(self, catalogue: Catalogue) -> None:
        """Poll until cancelled; a no-op when `model_poll_seconds` is 0."""
        while self._settings.model_poll_seconds:
            await asyncio.sleep(self._settings.model_poll_seconds)
            try:
                await self.poll(catalogue)
            except OSError as error:  # the repository is unavailable for a moment: loaded models stay
                log.warning("model_repository_unreadable", reason=str(error))

    async def poll(self, catalogue: Catalogue) -> None:
        """Apply the changes since the last poll. A rejected version is not tried again until it changes."""
        stamps = await asyncio.to_thread(self._stamps)
        for name in self._known.keys() - stamps.keys():
            self._unload(catalogue.get(name), {})
            catalogue.remove(name)
            del self._known[name]
        for name, stamp in stamps.items():
            before = self._known.get(name)
            if before != stamp:
                await self._reload(catalogue, name, stamp ^ (before or frozenset()))
                self._known[name] = stamp  # now: after an error the next poll tries again

    async def _reload(self, catalogue: Catalogue, name: str, changed: Stamp) -> None:
        old = catalogue.get(name)
        new = await asyncio.to_thread(read_model, self._settings.model_repository / name)
        rejected = {CONFIG: new.reason} if new.reason else {}
        for number, version in list(new.versions.items()):
            current = old.versions.get(number) if old else None
            if current and _unchanged(current, changed):
                new.versions[number] = current
                continue
            await load(version, new.folder, self._settings)
            if version.reason:
                rejected[number] = version.reason
        if not (old and old.ready):
            await fall_back(new, self._settings)
        merged = _merge(old, new, rejected)
        catalogue.put(merged)
        self._unload(old, merged.versions)

    def _unload(self, old: Model | None, remaining: dict[int, ModelVersion]) -> None:
        for version in old.ready if old else []:
            if remaining.get(version.number) is not version and version.batcher:
                log.info("model_unloading", model=version.name, version=version.number)
                task = asyncio.create_task(version.batcher.finish(), name="unload")
                self._unloading.add(task)
                task.add_done_callback(self._unloading.discard)

    def _stamps(self) -> dict[str, Stamp]:
        return {folder.name: _stamp(folder) for folder in model_folders(self._settings.model_repository)}


def _stamp(folder: Path) -> Stamp:
    files = (file for pattern in ("*", "[1-9]*/*") for file in folder.glob(pattern) if file.is_file())
    stats = ((file.relative_to(folder).as_posix(), file.stat()) for file in files)
    return frozenset((path, stat.st_mtime_ns, stat.st_size) for path, stat in stats if not _hidden(path))


def _hidden(path: str) -> bool:
    return any(name.startswith(".") for name in path.split("/"))


def _unchanged(version: ModelVersion, changed: Stamp) -> bool:
    """True for a ready version when only other versions changed. A change of the config alone concerns all versions."""
    changed_versions = {name.split("/")[0] for name, _, _ in changed if "/" in name}
    return version.state is State.ready and bool(changed_versions) and str(version.number) not in changed_versions


def _merge(old: Model | None, new: Model, rejected: dict[int, str]) -> Model:
    """The new versions that are ready; an old one in place of each that is not.

    A model that was ready, or is new, never makes the server unready; one that has failed all along still does.
    """
    if not rejected or (old and not old.ready):
        return new
    ready = {version.number: version for version in [*(old.ready if old else []), *new.ready]}
    newest = sorted(ready)[-(len(new.versions) or len(ready)) :]
    merged = Model(new.name, new.folder, {number: ready[number] for number in newest})
    reject(merged, rejected)
    return merged
