"""The self-test of every model, and the time since a worker's heartbeat came back."""

from datetime import UTC, datetime
from unittest.mock import Mock

import pytest
import redis
from tests.support.clock import Clock
from tests.support.tiny_model import tiny_manifest
from tests.unit.worker.fakes import FakeClassifier, FakeModels

from critic_core.contracts.errors import InferenceUnavailable, QueueUnavailable
from critic_core.contracts.heartbeat import Heartbeat
from critic_core.stores.worker_status import WorkerStatusStore
from critic_worker.decoding.preparation import prepare_photo
from critic_worker.health.heartbeat import HeartbeatMonitor, run_self_test


@pytest.fixture
def store(client: "redis.Redis") -> WorkerStatusStore:
    return WorkerStatusStore(client)


# -- self-test --------------------------------------------------------------------------------------------------------


def test_the_heartbeat_is_published_with_the_model_and_the_versions(
    models: FakeModels, store: WorkerStatusStore
) -> None:
    heartbeat = run_self_test("w", models, store)
    assert store.heartbeats(0) == [heartbeat]
    assert (heartbeat.worker, heartbeat.version, heartbeat.device, heartbeat.problem) == ("w", "1", "cpu", None)
    assert heartbeat.golden_probability == 0.25
    assert store.models() == [models.stable.manifest()]
    assert [active.stable for active in store.active_versions()] == ["1"]


def test_trial_versions_and_other_models_are_tested_too(models: FakeModels, store: WorkerStatusStore) -> None:
    models.trials["2"] = FakeClassifier(0.75, tiny_manifest("2", 0.75))
    models.by_name["second"] = FakeClassifier(0.5, tiny_manifest("1", 0.5).model_copy(update={"name": "second"}))
    prepare = Mock(side_effect=prepare_photo)
    heartbeat = run_self_test("w", models, store, prepare)
    assert [(test.model, test.version, test.problem) for test in heartbeat.other_models] == [
        ("aesthetics", "2", None),
        ("second", "1", None),
    ]
    assert prepare.call_count == 3  # all in the decoder
    assert [(manifest.name, manifest.version) for manifest in store.models()] == [
        ("aesthetics", "1"),
        ("aesthetics", "2"),
        ("second", "1"),
    ]


def test_a_wrong_golden_score_is_a_problem(models: FakeModels, store: WorkerStatusStore) -> None:
    models.stable.probability = 0.9
    problem = run_self_test("w", models, store).problem
    assert problem is not None
    assert problem.code == "not_ready"
    assert "golden photo scored 0.9000; the model was published with 0.2500" in problem.detail


def test_another_model_that_fails_is_its_own_problem(models: FakeModels, store: WorkerStatusStore) -> None:
    models.by_name["second"] = FakeClassifier()
    models.by_name["second"].always = InferenceUnavailable("down")
    heartbeat = run_self_test("w", models, store)
    (second,) = heartbeat.other_models
    assert heartbeat.problem is None
    assert second.model == "second"
    assert second.problem is not None
    assert second.problem.detail == "down"
    assert store.model_names() == ["aesthetics"]


def test_without_inference_the_published_models_stay(models: FakeModels, store: WorkerStatusStore) -> None:
    run_self_test("w", models, store)
    models.down, models.stable.always = True, InferenceUnavailable("down")
    heartbeat = run_self_test("w", models, store)
    assert heartbeat.problem is not None
    assert (heartbeat.problem.code, heartbeat.other_models) == ("inference_unavailable", ())
    assert store.model_names() == ["aesthetics"]
    assert len(store.active_versions()) == 1


# -- monitor ----------------------------------------------------------------------------------------------------------

TIMEOUT = 30.0


class Queue:
    """Counts sent heartbeats; `down` is a queue server that does not respond."""

    def __init__(self, store: WorkerStatusStore) -> None:
        self.sent, self.down = 0, False
        self.clock = Clock()
        self.monitor = HeartbeatMonitor(self.send, store, "w", self.clock)
        self._store = store

    def send(self, expires: float) -> None:
        assert expires == TIMEOUT
        if self.down:
            raise QueueUnavailable
        self.sent += 1

    def come_back(self) -> None:
        self._store.save_heartbeat(Heartbeat(worker="w", at=datetime.fromtimestamp(self.clock.now, UTC)))

    def after(self, seconds: float) -> float:
        self.clock.now += seconds
        return self.monitor.check(TIMEOUT)


@pytest.fixture
def queue(store: WorkerStatusStore) -> Queue:
    return Queue(store)


def test_one_heartbeat_is_under_way_at_a_time(queue: Queue) -> None:
    assert queue.after(0) == 0
    assert queue.after(20) == 20
    assert queue.sent == 1
    queue.come_back()
    assert queue.after(1) == 0
    assert queue.sent == 2


def test_a_lost_heartbeat_is_sent_again_after_the_timeout(queue: Queue) -> None:
    queue.after(0)
    assert queue.after(31) == 31
    assert queue.sent == 2


def test_an_old_heartbeat_does_not_count_twice(queue: Queue) -> None:
    queue.come_back()
    queue.after(0)
    assert queue.after(10) == 10
    assert queue.monitor.seconds_since_heartbeat() == 10


def test_the_heartbeat_of_another_worker_does_not_count(queue: Queue, store: WorkerStatusStore) -> None:
    queue.after(0)
    store.save_heartbeat(Heartbeat(worker="another", at=datetime.now(UTC)))
    assert queue.after(10) == 10


def test_silence_counts_only_while_redis_responds(queue: Queue) -> None:
    queue.after(0)
    queue.down = True
    assert queue.after(500) == 0
    queue.down = False
    assert queue.after(20) == 20
    assert queue.sent == 2
