"""Models in memory, for tests of the worker."""

import threading
from collections.abc import Callable, Sequence

import numpy as np
from tests.support.tiny_model import tiny_manifest

from critic_core.contracts.errors import InferenceUnavailable
from critic_core.contracts.manifest import Manifest
from critic_core.contracts.photo import Photo
from critic_core.contracts.routing import ActiveVersions, TrafficSplit
from critic_worker.inference.classifier import Classification, Tensor
from critic_worker.photos.critique import CritiqueResult


class FakeClassifier:
    """Answers with one probability; `errors` are raised first, each by one request."""

    def __init__(self, probability: float = 0.5, manifest: Manifest | None = None) -> None:
        self.probability, self._manifest = probability, manifest or tiny_manifest(golden=probability)
        self.errors: list[Exception] = []
        self.always: Exception | None = None
        self.tensors: list[Tensor] = []
        self.requests = 0
        self.on_request: Callable[[], None] = lambda: None
        self.gate = threading.Event()
        self.gate.set()

    def manifest(self) -> Manifest:
        return self._manifest

    def classify(self, tensors: Sequence[Tensor]) -> list[Classification]:
        self.requests += 1
        self.gate.wait(20)
        self.on_request()
        if self.errors:
            raise self.errors.pop(0)
        if self.always is not None:
            raise self.always
        assert all(tensor.shape[0] == self._manifest.preprocessing.size for tensor in tensors)
        self.tensors += tensors
        embedding = np.array([0.6, 0.8], np.float32)
        return [Classification(self.probability, embedding, self._manifest, "cpu")] * len(tensors)


class FakeModels:
    """One model in versions, and other models by name; photos whose id is in `canary_ids` go to version 2."""

    def __init__(self) -> None:
        self.stable = FakeClassifier(0.25, tiny_manifest("1", 0.25))
        self.trials: dict[str, FakeClassifier] = {}
        self.by_name: dict[str, FakeClassifier] = {}
        self.canary_ids: set[str] = set()
        self.compared: list[tuple[str, bytes]] = []
        self.down = False

    def classifier(self, name: str | None = None, version: str = "") -> FakeClassifier:
        return self.by_name[name] if name else self.trials.get(version, self.stable)

    def other_models(self) -> list[str]:
        self._check()
        return list(self.by_name)

    def group_by_version(self, photos: Sequence[Photo]) -> list[list[int]]:
        self._check()
        groups: list[list[int]] = [[], []]
        for index, photo in enumerate(photos):
            groups[photo.id in self.canary_ids].append(index)
        return [group for group in groups if group]

    def classifier_for(self, photo: Photo) -> FakeClassifier:
        return self.trials["2"] if photo.id in self.canary_ids else self.stable

    def active_versions(self) -> ActiveVersions:
        self._check()
        canary = TrafficSplit(version="2", percent=50) if "2" in self.trials else None
        return ActiveVersions(model="aesthetics", versions=("1", *self.trials), stable="1", canary=canary)

    def compare(self, photo: Photo, data: bytes, result: CritiqueResult) -> None:
        self.compared.append((photo.id, data))

    def _check(self) -> None:
        if self.down:
            raise InferenceUnavailable
