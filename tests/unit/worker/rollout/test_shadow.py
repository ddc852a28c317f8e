"""A version that is only compared delays and fails nobody."""

import threading
import time
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from tests.support.tiny_model import tiny_manifest
from tests.support.waiting import until

from critic_core.contracts.errors import InferenceUnavailable
from critic_core.contracts.identity import new_photo_id
from critic_core.contracts.manifest import Manifest
from critic_core.contracts.routing import Pair
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.limits import DEFAULT_LIMITS
from critic_core.stores.routing import RoutingStore
from critic_worker import metrics
from critic_worker.inference.classifier import Answer, Tensor
from critic_worker.photos.critique import Looked, critique
from critic_worker.rollout.shadow import WAITING, Shadow

ENOUGH = 20


class Version:
    """A classifier that the test holds, or lets fail."""

    def __init__(self, version: str, probability: float) -> None:
        self._manifest, self._probability = tiny_manifest(version), probability
        self.free = threading.Event()
        self.free.set()
        self.fails = False

    def manifest(self) -> Manifest:
        return self._manifest

    def classify(self, tensors: Sequence[Tensor]) -> list[Answer]:
        self.free.wait(20)
        if self.fails:
            raise InferenceUnavailable
        return [Answer(self._probability, np.ones(1, np.float32), self._manifest, "cpu")] * len(tensors)


class Kept(RoutingStore):
    """Comparisons in memory."""

    def __init__(self) -> None:
        self.pairs_kept: list[Pair] = []

    def keep_pair(self, model: str, version: str, other: str, pair: Pair) -> None:
        assert (model, version, other) == ("aesthetics", "1", "2")
        self.pairs_kept.append(pair)


@pytest.fixture
def second() -> Iterator[Version]:
    version = Version("2", 0.75)
    yield version
    version.free.set()


@pytest.fixture
def told() -> Looked:
    return critique(golden_photo(), Version("1", 0.25), DEFAULT_LIMITS)


def quiet() -> bool:
    """No photo waits."""
    return False


def counted(outcome: str) -> float:
    return metrics.SHADOWED.labels(outcome)._value.get()


def test_both_answers_are_kept(second: Version, told: Looked) -> None:
    kept, photo_id = Kept(), new_photo_id()
    Shadow(kept, DEFAULT_LIMITS, lambda *_: second, quiet).offer(photo_id, golden_photo(), told, "2")
    (pair,) = until(lambda: kept.pairs_kept, 10, "the comparison")
    assert (pair.photo, pair.score, pair.other_score, pair.percentile, pair.other_percentile) == (
        photo_id,
        25,
        75,
        25,
        75,
    )
    assert (pair.pleasing, pair.other_pleasing) == (False, True)


def test_a_photo_that_the_version_itself_answered_is_not_compared(second: Version, told: Looked) -> None:
    kept = Kept()
    shadow = Shadow(kept, DEFAULT_LIMITS, lambda *_: second, quiet)
    shadow.offer(new_photo_id(), golden_photo(), told, "1")
    shadow.offer(new_photo_id(), golden_photo(), told, "2")
    until(lambda: kept.pairs_kept, 10, "the comparison")
    assert len(kept.pairs_kept) == 1


def test_one_that_hangs_delays_nobody_and_what_comes_meanwhile_is_left_out(second: Version, told: Looked) -> None:
    second.free.clear()
    kept, left_out = Kept(), counted("left_out")
    shadow, began = Shadow(kept, DEFAULT_LIMITS, lambda *_: second, quiet), time.monotonic()
    for _ in range(ENOUGH):
        shadow.offer(new_photo_id(), golden_photo(), told, "2")
    assert time.monotonic() - began < 5  # it is asked 20 s long
    assert counted("left_out") - left_out >= ENOUGH - WAITING - 1
    second.free.set()
    until(lambda: kept.pairs_kept, 10, "those that were not left out")


def test_one_that_fails_is_asked_about_the_next_photo(second: Version, told: Looked) -> None:
    kept, failed = Kept(), counted("failed")
    shadow = Shadow(kept, DEFAULT_LIMITS, lambda *_: second, quiet)
    second.fails = True
    shadow.offer(new_photo_id(), golden_photo(), told, "2")
    until(lambda: counted("failed") == failed + 1, 10, "the failure")
    second.fails = False
    shadow.offer(new_photo_id(), golden_photo(), told, "2")
    until(lambda: kept.pairs_kept, 10, "the comparison")


def test_while_photos_wait_none_is_compared(second: Version, told: Looked) -> None:
    kept, before, crowded = Kept(), counted("held_back"), threading.Event()
    crowded.set()
    second.fails = True  # it is not asked, or that would be counted
    shadow, failed = Shadow(kept, DEFAULT_LIMITS, lambda *_: second, crowded.is_set), counted("failed")
    for number in (1, 2, 3):
        shadow.offer(new_photo_id(), golden_photo(), told, "2")
        until(lambda n=number: counted("held_back") == before + n, 10, "the photo held back")  # type: ignore[misc]
    assert (kept.pairs_kept, counted("failed")) == ([], failed)
    second.fails = False
    crowded.clear()
    shadow.offer(new_photo_id(), golden_photo(), told, "2")
    until(lambda: kept.pairs_kept, 10, "the comparison")
