"""All models of one inference server, each version asked by a client of its own. Imported in pool children only."""

from critic_core.contracts.photo import Photo
from critic_core.contracts.routing import Answering
from critic_core.stores.jobs import JobStore
from critic_core.stores.routing import RoutingStore
from critic_worker.inference.classifier import Classifier
from critic_worker.inference.client import InferenceClient
from critic_worker.photos.critique import Looked
from critic_worker.rollout.fallback import FallingBack
from critic_worker.rollout.shadow import Shadow
from critic_worker.rollout.version_router import Versions
from critic_worker.settings import WorkerSettings


class InferenceModels:
    """Makes a client when a version is first asked for; gRPC shares one connection between them."""

    def __init__(self, settings: WorkerSettings, store: RoutingStore, jobs: JobStore) -> None:
        self._settings = settings
        self._clients: dict[tuple[str, str], InferenceClient] = {}
        self._versions = Versions(settings.model, store, settings.routing, self.classifier().versions)
        self._shadow = Shadow(
            store,
            settings.limits,
            self.classifier,
            crowded=lambda: jobs.oldest_queued_seconds() > settings.shadow_max_wait_seconds,
        )

    def classifier(self, name: str | None = None, version: str = "") -> InferenceClient:
        """The model of that name, or that of CRITIC_MODEL; that version of it, or the newest."""
        key = name or self._settings.model, version
        if key not in self._clients:
            url, seconds = self._settings.inference_url, self._settings.inference_timeout_seconds
            self._clients[key] = InferenceClient(url, key[0], seconds, version)
        return self._clients[key]

    def others(self) -> list[str]:
        """The names of the models that answer beside that of CRITIC_MODEL. Raises InferenceUnavailable."""
        return [name for name in self.classifier().served() if name != self._settings.model]

    def ways(self, photos: list[Photo]) -> list[tuple[str, ...]]:
        """The versions to ask about each photo; all are for the same model. Empty for models that have no routing."""
        if not self._is_own(photos[0]):
            return [()] * len(photos)
        return self._versions.to_ask(photos)

    def for_photo(self, photo: Photo) -> Classifier:
        """Who answers this photo, and all that go the same way."""
        if not self._is_own(photo):
            return self.classifier(photo.model)
        return FallingBack(
            lambda: self._versions.to_ask([photo])[0],
            lambda version: self.classifier(version=version),
            self._versions.look_again,
        )

    def answering(self) -> Answering:
        """Which versions of the model of CRITIC_MODEL answer now."""
        self._versions.look_again()
        return self._versions.answering()

    def compare(self, photo: Photo, data: bytes, told: Looked) -> None:
        """After its answer was kept: ask the version that is to be compared, where there is one."""
        if self._is_own(photo) and (version := self._versions.compared(photo)):
            self._shadow.offer(photo.id, data, told, version)

    def _is_own(self, photo: Photo) -> bool:
        return photo.model in (None, self._settings.model)
