"""All models of one inference server, with a client for each version. Imported in pool processes only."""

from collections.abc import Sequence

from critic_core.contracts.photo import Photo
from critic_core.contracts.routing import ActiveVersions
from critic_core.stores.jobs import JobStore
from critic_core.stores.routing import RoutingStore
from critic_worker.context import make_decoder
from critic_worker.inference.classifier import Classifier
from critic_worker.inference.client import InferenceClient
from critic_worker.photos.critique import CritiqueResult
from critic_worker.rollout.fallback import FallbackClassifier
from critic_worker.rollout.shadow import Shadow
from critic_worker.rollout.version_router import VersionRouter
from critic_worker.settings import WorkerSettings


class RoutedModels:
    """CRITIC_MODEL with routing, every other model without. Clients are made on first use and share one connection."""

    def __init__(self, settings: WorkerSettings, store: RoutingStore, jobs: JobStore) -> None:
        self._settings = settings
        self._clients: dict[tuple[str, str], InferenceClient] = {}
        self._router = VersionRouter(settings.model, store, settings.routing, self.classifier().versions)
        self._shadow = Shadow(
            store,
            settings.limits,
            self.classifier,
            is_busy=lambda: jobs.oldest_queued_seconds() > settings.shadow_max_wait_seconds,
            prepare=make_decoder(settings).prepare,
        )

    def classifier(self, name: str | None = None, version: str = "") -> InferenceClient:
        """The model of that name (default: CRITIC_MODEL), in that version (default: the newest)."""
        key = name or self._settings.model, version
        if key not in self._clients:
            url, timeout = self._settings.inference_url, self._settings.inference_timeout_seconds
            self._clients[key] = InferenceClient(url, key[0], timeout, version)
        return self._clients[key]

    def other_models(self) -> list[str]:
        """The names of all ready models but CRITIC_MODEL. Raises InferenceUnavailable."""
        return [name for name in self.classifier().served() if name != self._settings.model]

    def group_by_version(self, photos: Sequence[Photo]) -> list[list[int]]:
        """Indices of photos with the same candidate versions; one group for a model without routing."""
        if not self._is_routed(photos[0]):
            return [list(range(len(photos)))]
        groups: dict[tuple[str, ...], list[int]] = {}
        for index, versions in enumerate(self._router.candidates(photos)):
            groups.setdefault(versions, []).append(index)
        return list(groups.values())

    def classifier_for(self, photo: Photo) -> Classifier:
        """The classifier of a photo, and of all photos in its group."""
        if not self._is_routed(photo):
            return self.classifier(photo.model)
        return FallbackClassifier(
            lambda: self._router.candidates([photo])[0],
            lambda version: self.classifier(version=version),
            self._router.invalidate,
        )

    def active_versions(self) -> ActiveVersions:
        """The active versions of CRITIC_MODEL, read afresh."""
        self._router.invalidate()
        return self._router.active_versions()

    def compare(self, photo: Photo, data: bytes, result: CritiqueResult) -> None:
        """Offer a photo with its stored critique to the shadow version, if it has one."""
        if self._is_routed(photo) and (version := self._router.shadow_for(photo)):
            self._shadow.offer(photo.id, data, result, version)

    def _is_routed(self, photo: Photo) -> bool:
        return photo.model in (None, self._settings.model)
