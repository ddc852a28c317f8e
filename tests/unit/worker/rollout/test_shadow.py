"""A shadow version delays and fails no photo."""

import time
from collections.abc import Iterator

import pytest
from tests.support.tiny_model import tiny_manifest
from tests.support.waiting import until
from tests.unit.worker.conftest import PHOTO
from tests.unit.worker.fakes import FakeClassifier

from critic_core.contracts.errors import InferenceUnavailable
from critic_core.contracts.identity import new_id
from critic_core.contracts.routing import ScorePair
from critic_core.imaging.limits import DEFAULT_LIMITS
from critic_core.stores.routing import RoutingStore
from critic_worker import metrics
from critic_worker.photos.critique import CritiqueResult, critique
from critic_worker.rollout.shadow import QUEUE_SIZE, Shadow

MANY = 20


class MemoryStore(RoutingStore):
    """Pairs in memory."""

    def __init__(self) -> None:
        self.saved: list[ScorePair] = []

    def save_pair(self, model: str, version: str, candidate: str, pair: ScorePair) -> None:
        assert (model, version, candidate) == ("aesthetics", "1", "2")
        self.saved.append(pair)


@pytest.fixture
def second() -> Iterator[FakeClassifier]:
    classifier = FakeClassifier(0.75, tiny_manifest("2"))
    yield classifier
    classifier.gate.set()


@pytest.fixture
def result() -> CritiqueResult:
    return critique(PHOTO, FakeClassifier(0.25, tiny_manifest("1")), DEFAULT_LIMITS)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def busy() -> list[bool]:
    """Whether photos wait, in one element."""
    return [False]


@pytest.fixture
def shadow(store: MemoryStore, second: FakeClassifier, busy: list[bool]) -> Shadow:
    return Shadow(store, DEFAULT_LIMITS, lambda *_: second, lambda: busy[0])


def counted(outcome: str) -> float:
    return metrics.SHADOW_PHOTOS.labels(outcome)._value.get()


def test_both_scores_are_stored(shadow: Shadow, store: MemoryStore, result: CritiqueResult) -> None:
    photo_id = new_id()
    shadow.offer(photo_id, PHOTO, result, "2")
    (pair,) = until(lambda: store.saved, 60, "the comparison")
    assert (pair.photo, pair.score, pair.candidate_score) == (photo_id, 25, 75)
    assert (pair.percentile, pair.candidate_percentile) == (25, 75)
    assert (pair.pleasing, pair.candidate_pleasing) == (False, True)


def test_a_photo_of_the_shadow_version_itself_is_not_compared(
    shadow: Shadow, store: MemoryStore, result: CritiqueResult
) -> None:
    shadow.offer(new_id(), PHOTO, result, "1")
    shadow.offer(new_id(), PHOTO, result, "2")
    until(lambda: store.saved, 60, "the comparison")
    assert len(store.saved) == 1


def test_a_version_that_hangs_delays_no_photo_and_further_photos_are_sampled_out(
    shadow: Shadow, store: MemoryStore, second: FakeClassifier, result: CritiqueResult
) -> None:
    second.gate.clear()
    sampled_out, start = counted("sampled_out"), time.monotonic()
    for _ in range(MANY):
        shadow.offer(new_id(), PHOTO, result, "2")
    assert time.monotonic() - start < 5  # the version hangs for 20 s
    assert counted("sampled_out") - sampled_out >= MANY - QUEUE_SIZE - 1
    second.gate.set()
    until(lambda: store.saved, 60, "the photos in the queue")


def test_a_failure_does_not_end_the_comparison(
    shadow: Shadow, store: MemoryStore, second: FakeClassifier, result: CritiqueResult
) -> None:
    failed = counted("failed")
    second.always = InferenceUnavailable()
    shadow.offer(new_id(), PHOTO, result, "2")
    until(lambda: counted("failed") == failed + 1, 60, "the failure")
    second.always = None
    shadow.offer(new_id(), PHOTO, result, "2")
    until(lambda: store.saved, 60, "the comparison")


def test_no_photo_is_compared_while_photos_wait(
    shadow: Shadow, store: MemoryStore, second: FakeClassifier, busy: list[bool], result: CritiqueResult
) -> None:
    busy[0], before = True, counted("held_back")
    for number in (1, 2, 3):
        shadow.offer(new_id(), PHOTO, result, "2")
        until(lambda n=number: counted("held_back") == before + n, 60, "the photo held back")  # type: ignore[misc]
    assert (store.saved, second.requests) == ([], 0)
    busy[0] = False
    shadow.offer(new_id(), PHOTO, result, "2")
    until(lambda: store.saved, 60, "the comparison")
