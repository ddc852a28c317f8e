"""All models of a repository, and who answers for a name and version."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from critic_core.runtime.logs import logger
from critic_inference.batching.batcher import compute_threads
from critic_inference.batching.policy import batch_policy
from critic_inference.errors import ModelUnusable, UnknownModel
from critic_inference.serving.config import read_config
from critic_inference.serving.model import ModelVersion, State, load_session, refusal
from critic_inference.serving.versions import newest_wanted, parse_version, served_versions, versions_on_disk
from critic_inference.settings import InferenceSettings

log = logger(__name__)


@dataclass(eq=False, slots=True)
class Model:
    """A folder of the repository. Without versions it could not be understood, and `reason` says why.

    `rejected`: why newer versions are not served although older ones answer; 0 stands for the config.
    """

    name: str
    folder: Path
    versions: dict[int, ModelVersion] = field(default_factory=dict)
    reason: str = ""
    rejected: dict[int, str] = field(default_factory=dict)

    @property
    def ready(self) -> list[ModelVersion]:
        """The versions that answer, oldest first."""
        return [version for version in self.versions.values() if version.state is State.ready]


class Catalogue:
    """The models by name."""

    def __init__(self, models: list[Model]) -> None:
        self._models = {model.name: model for model in models}

    def __iter__(self) -> Iterator[Model]:
        return iter(self._models.values())

    def get(self, name: str) -> Model | None:
        """The model of that name."""
        return self._models.get(name)

    def put(self, model: Model) -> None:
        """From now on this model answers under its name."""
        self._models[model.name] = model

    def remove(self, name: str) -> None:
        """Nobody answers under that name any more."""
        self._models.pop(name, None)

    def versions(self) -> list[ModelVersion]:
        """Every version of every model."""
        return [version for model in self for version in model.versions.values()]

    def find(self, name: str, version: str) -> ModelVersion:
        """The version asked for, or the newest that answers. Raises RequestRefused or UnknownModel."""
        number = parse_version(version)
        model = self._models.get(name)
        if model is None:
            raise UnknownModel(f"Request for unknown model: '{name}' is not found")
        if number == -1:
            return self._newest(model)
        if number not in model.versions:
            raise UnknownModel(f"Request for unknown model: '{name}' version {version} is not found")
        return model.versions[number]

    def unready(self) -> list[str]:
        """Why not everything is ready, one sentence a model version; [] when all is."""
        broken = [f"model '{model.name}': {model.reason}" for model in self if model.reason]
        waiting = [each for each in self.versions() if each.state is not State.ready]
        nothing = [] if self._models else ["the model repository holds no model"]
        return nothing + broken + [f"model '{each.name}' version {each.number}: {each.reason}" for each in waiting]

    @staticmethod
    def _newest(model: Model) -> ModelVersion:
        if not model.versions:
            reason = "; ".join(filter(None, [model.reason, *model.rejected.values()]))
            raise UnknownModel(f"Request for unknown model: '{model.name}' has no available versions: {reason}")
        return (model.ready or list(model.versions.values()))[-1]


def read_repository(repository: Path) -> Catalogue:
    """The catalogue of a folder, nothing loaded yet. A folder that is not there is an empty catalogue."""
    return Catalogue([read_model(folder) for folder in model_folders(repository)])


def model_folders(repository: Path) -> list[Path]:
    """The folders of models, by name; hidden ones are none."""
    folders = sorted(each for each in repository.iterdir() if each.is_dir()) if repository.is_dir() else []
    return [folder for folder in folders if not folder.name.startswith((".", "_"))]


async def load_all(catalogue: Catalogue, settings: InferenceSettings) -> None:
    """Load one version after the other in a thread; one that cannot be loaded says so and harms no other."""
    for model in catalogue:
        for version in model.versions.values():
            await load(version, model.folder, settings)
        await go_back(model, settings)


async def load(version: ModelVersion, folder: Path, settings: InferenceSettings) -> None:
    """Make the version answer, or say why it does not.

    It is warmed by the thread that will compute: what CUDA and cuDNN prepare belongs to a thread, and a session that is
    run by another one takes that memory a second time.
    """
    threads = compute_threads(batch_policy(version.config))
    loop = asyncio.get_running_loop()
    try:
        version.begin(await loop.run_in_executor(threads, load_session, version, folder, settings), threads)
    except Exception as error:  # noqa: BLE001 - a broken version must not stop the others
        threads.shutdown(wait=False)
        version.give_up(refusal(error))


async def go_back(model: Model, settings: InferenceSettings) -> None:
    """For each version that cannot be served, try one before: who starts now serves the same as who has been running.

    When not even an old one answers, all that were tried stay, and say why.
    """
    failed = next((each for each in model.versions.values() if each.state is not State.ready), None)
    wanted = newest_wanted(failed.config.version_policy) if failed else None
    if failed is None or wanted is None:
        return
    while len(model.ready) < wanted and (number := _before(model)):
        older = ModelVersion(model.name, number, failed.config)
        model.versions = {number: older, **model.versions}
        await load(older, model.folder, settings)
    if model.ready:
        reject(model, {each.number: each.reason for each in model.versions.values() if each.reason})
        model.versions = {each.number: each for each in model.ready}


def reject(model: Model, reasons: dict[int, str]) -> None:
    """Note, for people and programs, why newer versions are not served."""
    model.rejected |= reasons
    for number, reason in reasons.items():
        log.error("model_rejected", model=model.name, version=number, reason=reason)


def _before(model: Model) -> int | None:
    """The newest version on disk before those that were tried."""
    oldest = min(model.versions)
    return max((number for number in versions_on_disk(model.folder) if number < oldest), default=None)


def read_model(folder: Path) -> Model:
    """The versions that the folder's config asks for, nothing loaded yet."""
    try:
        config: Any = read_config(folder)
        numbers = served_versions(config.version_policy, versions_on_disk(folder))
    except ModelUnusable as error:
        return Model(folder.name, folder, reason=refusal(error))
    return Model(folder.name, folder, {number: ModelVersion(folder.name, number, config) for number in numbers})
