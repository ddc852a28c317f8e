"""CRITIC_MODEL is routed to its versions, every other model is asked by its name alone."""

import pytest
import redis
from tests.support.critiques import make_photo
from tests.unit.worker.fakes import FakeClassifier

from critic_core.contracts.photo import Photo
from critic_core.contracts.routing import Routing, TrafficSplit
from critic_core.stores.jobs import JobStore
from critic_core.stores.routing import RoutingStore
from critic_worker.rollout.fallback import FallbackClassifier
from critic_worker.rollout.routed_models import RoutedModels
from critic_worker.settings import WorkerSettings


class Client(FakeClassifier):
    """An inference client of a server with two versions and two models."""

    def versions(self) -> list[str]:
        return ["1", "2"]

    def served(self) -> list[str]:
        return ["aesthetics", "second"]


class FakeServerModels(RoutedModels):
    """With clients in memory."""

    def classifier(self, name: str | None = None, version: str = "") -> Client:  # type: ignore[override]
        key = name or "aesthetics", version
        return self._clients.setdefault(key, Client())  # type: ignore[arg-type, return-value]


@pytest.fixture
def models(client: "redis.Redis") -> RoutedModels:
    return FakeServerModels(WorkerSettings(), RoutingStore(client), JobStore(client))


def photo(model: str | None = None) -> Photo:
    return make_photo().model_copy(update={"model": model})


def split_photos(split: TrafficSplit, count: int = 40) -> tuple[list[Photo], list[bool]]:
    photos = [photo() for _ in range(count)]
    return photos, [split.takes(photo_.id) for photo_ in photos]


def test_photos_are_grouped_by_their_versions(client: "redis.Redis", models: RoutedModels) -> None:
    half = TrafficSplit(version="2", percent=50)
    RoutingStore(client).save("aesthetics", Routing(canary=half))
    photos, in_canary = split_photos(half)
    groups = {tuple(group) for group in models.group_by_version(photos)}
    canary = tuple(index for index, inside in enumerate(in_canary) if inside)
    stable = tuple(index for index, inside in enumerate(in_canary) if not inside)
    assert groups == {canary, stable}


def test_photos_of_another_model_are_one_group(models: RoutedModels) -> None:
    assert models.group_by_version([photo("second"), photo("second")]) == [[0, 1]]


def test_only_the_routed_model_has_a_fallback(models: RoutedModels) -> None:
    assert isinstance(models.classifier_for(photo()), FallbackClassifier)
    assert isinstance(models.classifier_for(photo("aesthetics")), FallbackClassifier)
    assert models.classifier_for(photo("second")) is models.classifier("second")


def test_other_models_are_all_but_the_routed_one(models: RoutedModels) -> None:
    assert models.other_models() == ["second"]


def test_active_versions_are_read_afresh(client: "redis.Redis", models: RoutedModels) -> None:
    assert models.active_versions().stable == "2"
    RoutingStore(client).save("aesthetics", Routing(pinned="1"))
    assert models.active_versions().stable == "1"
