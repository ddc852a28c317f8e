"""Status that workers write and gateways read."""

from datetime import UTC, datetime, timedelta

import redis
from tests.support.tiny_model import tiny_manifest

from critic_core.contracts.heartbeat import Heartbeat
from critic_core.stores.worker_status import HEARTBEATS, WorkerStatusStore

NOW = datetime.now(UTC)


def heartbeat(worker: str, seconds_ago: float) -> Heartbeat:
    return Heartbeat(worker=worker, at=NOW - timedelta(seconds=seconds_ago))


def test_fresh_heartbeats_come_newest_first_and_stale_ones_are_deleted(client: "redis.Redis") -> None:
    status = WorkerStatusStore(client)
    for beat in (heartbeat("a", 30), heartbeat("b", 5), heartbeat("dead", 600)):
        status.save_heartbeat(beat)
    fresh = status.heartbeats(newer_than=NOW.timestamp() - 60)
    assert [beat.worker for beat in fresh] == ["b", "a"]
    assert client.hkeys(HEARTBEATS) == ["a", "b"] or client.hkeys(HEARTBEATS) == ["b", "a"]


def test_a_worker_has_a_single_heartbeat(client: "redis.Redis") -> None:
    status = WorkerStatusStore(client)
    status.save_heartbeat(heartbeat("a", 30))
    status.save_heartbeat(heartbeat("a", 1))
    assert status.heartbeats(newer_than=0) == [heartbeat("a", 1)]


def test_models_are_listed_by_name_and_dropped_when_no_longer_served(client: "redis.Redis") -> None:
    status = WorkerStatusStore(client)
    first, second, third = (tiny_manifest().model_copy(update={"name": name}) for name in "abc")
    status.save_models([second, first], ["a", "b"])
    assert status.models() == [first, second]
    assert status.model_names() == ["a", "b"]
    newer = first.model_copy(update={"version": "2"})
    status.save_models([newer, third], ["a", "b", "c"])  # the second one is served, and did not answer this time
    assert status.models() == [newer, second, third]
    status.save_models([newer], ["a", "b", "c"], beside=[first])
    assert status.model_names() == ["a", "b", "c"]
    status.save_models([newer], ["a"])
    assert status.models() == [newer]
