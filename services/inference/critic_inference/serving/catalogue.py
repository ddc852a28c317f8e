"""All models of a repository, by name and version."""

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
from critic_inference.serving.model_version import ModelVersion, State, load_session, state_reason
from critic_inference.serving.version_policy import latest_count, parse_version, served_versions, versions_on_disk
from critic_inference.settings import InferenceSettings

log = logger(__name__)


@dataclass(eq=False, slots=True)
class Model:
    """A folder of the repository. One that cannot be read has a `reason` and no versions.

    `rejected`: reasons why newer versions are not served while older ones are; 0 stands for the config.
    """

    name: str
    folder: Path
    versions: dict[int, ModelVersion] = field(default_factory=dict)
    reason: str = ""
    rejected: dict[int, str] = field(default_factory=dict)

    @property
    def ready(self) -> list[ModelVersion]:
        """The ready versions, oldest first."""
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
        """Serve this model under its name."""
        self._models[model.name] = model

    def remove(self, name: str) -> None:
        """Stop serving the model of that name."""
        self._models.pop(name, None)

    def versions(self) -> list[ModelVersion]:
        """Every version of every model."""
        return [version for model in self for version in model.versions.values()]

    def find(self, name: str, version: str) -> ModelVersion:
        """The requested version, or the newest ready one. Raises RequestRefused or UnknownModel."""
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
        """Reasons why the models are not ready, one a model version; [] when all are."""
        broken = [f"model '{model.name}': {model.reason}" for model in self if model.reason]
        unready = [version for version in self.versions() if version.state is not State.ready]
        empty = [] if self._models else ["the model repository holds no model"]
        return empty + broken + [f"model '{v.name}' version {v.number}: {v.reason}" for v in unready]

    @staticmethod
    def _newest(model: Model) -> ModelVersion:
        if not model.versions:
            reason = "; ".join(filter(None, [model.reason, *model.rejected.values()]))
            raise UnknownModel(f"Request for unknown model: '{model.name}' has no available versions: {reason}")
        return (model.ready or list(model.versions.values()))[-1]


def read_repository(repository: Path) -> Catalogue:
    """The catalogue of a folder, nothing loaded yet. A missing folder is an empty catalogue."""
    return Catalogue([read_model(folder) for folder in model_folders(repository)])


def model_folders(repository: Path) -> list[Path]:
    """The folders of models by name, hidden ones excluded."""
    folders = sorted(path for path in repository.iterdir() if path.is_dir()) if repository.is_dir() else []
    return [folder for folder in folders if not folder.name.startswith((".", "_"))]


async def load_all(catalogue: Catalogue, settings: InferenceSettings) -> None:
    """Load the versions one by one in their threads; a failure affects no other version."""
    for model in catalogue:
        for version in model.versions.values():
            await load(version, model.folder, settings)
        await fall_back(model, settings)


async def load(version: ModelVersion, folder: Path, settings: InferenceSettings) -> None:
    """Make the version ready, or unavailable with its reason.

    The compute thread itself warms it: CUDA and cuDNN allocate per thread, and a run in another thread would take that
    memory a second time.
    """
    threads = compute_threads(batch_policy(version.config))
    loop = asyncio.get_running_loop()
    try:
        version.activate(await loop.run_in_executor(threads, load_session, version, folder, settings), threads)
    except Exception as error:  # noqa: BLE001 - a broken version must not stop the others
        threads.shutdown(wait=False)
        version.mark_unavailable(state_reason(error))


async def fall_back(model: Model, settings: InferenceSettings) -> None:
    """Replace each version that cannot be served by an older one, so that new replicas serve the same as running ones.

    When no old one is ready either, all candidates stay, with their reasons.
    """
    failed = next((version for version in model.versions.values() if version.state is not State.ready), None)
    count = latest_count(failed.config.version_policy) if failed else None
    if failed is None or count is None:
        return
    while len(model.ready) < count and (number := _previous_version(model)):
        older = ModelVersion(model.name, number, failed.config)
        model.versions = {number: older, **model.versions}
        await load(older, model.folder, settings)
    if model.ready:
        reject(model, {version.number: version.reason for version in model.versions.values() if version.reason})
        model.versions = {version.number: version for version in model.ready}


def reject(model: Model, reasons: dict[int, str]) -> None:
    """Record and log why newer versions are not served."""
    model.rejected |= reasons
    for number, reason in reasons.items():
        log.error("model_rejected", model=model.name, version=number, reason=reason)


def _previous_version(model: Model) -> int | None:
    """The newest version on disk that is older than all candidates."""
    oldest = min(model.versions)
    return max((number for number in versions_on_disk(model.folder) if number < oldest), default=None)


def read_model(folder: Path) -> Model:
    """A model with the versions of its version policy, nothing loaded yet."""
    try:
        config: Any = read_config(folder)
        numbers = served_versions(config.version_policy, versions_on_disk(folder))
    except ModelUnusable as error:
        return Model(folder.name, folder, reason=state_reason(error))
    return Model(folder.name, folder, {number: ModelVersion(folder.name, number, config) for number in numbers})
