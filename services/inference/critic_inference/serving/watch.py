"""New versions in the model repository are taken up while requests go on; broken ones are refused, the old ones stay.

As Triton's model control mode "poll": the newcomer is loaded, warmed and asked about the golden photo beside the one
that answers; then it takes over in one step, and the other one leaves when its last request is answered.
"""

import asyncio
from pathlib import Path

from critic_core.runtime.logs import logger
from critic_inference.serving.catalogue import Catalogue, Model, go_back, load, model_folders, read_model, reject
from critic_inference.serving.model import ModelVersion, State
from critic_inference.settings import InferenceSettings

log = logger(__name__)

CONFIG = 0
"""Stands for the config among the rejected versions."""
Stamp = frozenset[tuple[str, int, int]]
"""Path, time of change (ns) and size of every file of a model and its versions."""


class Watch:
    """Looks at the repository again and again. What is there when it is made counts as seen."""

    def __init__(self, settings: InferenceSettings) -> None:
        self._settings = settings
        self._seen = self._stamps()
        self._leaving: set[asyncio.Task[None]] = set()

    async def run(self, catalogue: Catalogue) -> None:
        """Look every few seconds, until cancelled; at once a no-op when the setting is 0."""
        while self._settings.model_poll_seconds:
            await asyncio.sleep(self._settings.model_poll_seconds)
            try:
                await self.look(catalogue)
            except OSError as error:  # the repository is away for a moment: what is loaded goes on
                log.warning("model_repository_unreadable", reason=str(error))

    async def look(self, catalogue: Catalogue) -> None:
        """Take up what has changed since the last look. What is refused is not tried again until it changes."""
        before, self._seen = self._seen, await asyncio.to_thread(self._stamps)
        for name in before.keys() - self._seen.keys():
            self._leave(catalogue.get(name), {})
            catalogue.remove(name)
        for name, stamp in self._seen.items():
            if before.get(name) != stamp:
                await self._renew(catalogue, name, before.get(name, frozenset()) ^ stamp)

    async def _renew(self, catalogue: Catalogue, name: str, changed: Stamp) -> None:
        old = catalogue.get(name)
        new = await asyncio.to_thread(read_model, self._settings.model_repository / name)
        refused = {CONFIG: new.reason} if new.reason else {}
        for number, version in list(new.versions.items()):
            standing = old.versions.get(number) if old else None
            if standing and _untouched(standing, changed):
                new.versions[number] = standing
                continue
            await load(version, new.folder, self._settings)
            if version.reason:
                refused[number] = version.reason
        if not (old and old.ready):
            await go_back(new, self._settings)
        settled = _settled(old, new, refused)
        catalogue.put(settled)
        self._leave(old, settled.versions)

    def _leave(self, old: Model | None, staying: dict[int, ModelVersion]) -> None:
        for version in old.ready if old else []:
            if staying.get(version.number) is not version and version.batcher:
                log.info("model_leaves", model=version.name, version=version.number)
                task = asyncio.create_task(version.batcher.finish(), name="leaving")
                self._leaving.add(task)
                task.add_done_callback(self._leaving.discard)

    def _stamps(self) -> dict[str, Stamp]:
        return {folder.name: _stamp(folder) for folder in model_folders(self._settings.model_repository)}


def _stamp(folder: Path) -> Stamp:
    files = (file for pattern in ("*", "[1-9]*/*") for file in folder.glob(pattern))
    shown = (file for file in files if not any(part.startswith(".") for part in file.relative_to(folder).parts))
    told = ((file.relative_to(folder).as_posix(), file.stat()) for file in shown if file.is_file())
    return frozenset((name, stat.st_mtime_ns, stat.st_size) for name, stat in told)


def _untouched(version: ModelVersion, changed: Stamp) -> bool:
    """It answers, and what changed is about other versions. A config that changed alone is for everyone."""
    others = {name.split("/")[0] for name, _, _ in changed if "/" in name}
    return version.state is State.ready and bool(others) and str(version.number) not in others


def _settled(old: Model | None, new: Model, refused: dict[int, str]) -> Model:
    """Who answers from now on: the newcomers that can, and for each of them that cannot, one that did so far.

    A model that answered, or is new here, never makes the server unready; one that has failed all along still does.
    """
    if not refused or (old and not old.ready):
        return new
    able = {version.number: version for version in [*(old.ready if old else []), *new.ready]}
    staying = sorted(able)[-(len(new.versions) or len(able)) :]
    settled = Model(new.name, new.folder, {number: able[number] for number in staying})
    reject(settled, refused)
    return settled
