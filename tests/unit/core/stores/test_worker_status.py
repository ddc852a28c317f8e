"""What workers post and gateways read."""

from datetime import UTC, datetime, timedelta

import redis
from tests.support.tiny_model import tiny_manifest

from critic_core.contracts.heartbeat import Heartbeat
from critic_core.stores.worker_status import HEARTBEATS, WorkerStatusStore

NOW = datetime.now(UTC)


def pulse(worker: str, seconds_ago: float) -> Heartbeat:
    return Heartbeat(worker=worker, at=NOW - timedelta(seconds=seconds_ago))


def test_fresh_pulses_come_newest_first_and_old_ones_are_swept_away(client: "redis.Redis") -> None:
    board = WorkerStatusStore(client)
    for one in (pulse("a", 30), pulse("b", 5), pulse("dead", 600)):
        board.save_heartbeat(one)
    fresh = board.heartbeats(newer_than=NOW.timestamp() - 60)
    assert [one.worker for one in fresh] == ["b", "a"]
    assert client.hkeys(HEARTBEATS) == ["a", "b"] or client.hkeys(HEARTBEATS) == ["b", "a"]


def test_a_worker_has_one_pulse_its_latest(client: "redis.Redis") -> None:
    board = WorkerStatusStore(client)
    board.save_heartbeat(pulse("a", 30))
    board.save_heartbeat(pulse("a", 1))
    assert board.heartbeats(newer_than=0) == [pulse("a", 1)]


def test_models_are_told_by_name_and_those_not_served_any_more_are_forgotten(client: "redis.Redis") -> None:
    board = WorkerStatusStore(client)
    first, second, third = (tiny_manifest().model_copy(update={"name": name}) for name in "abc")
    board.save_models([second, first], ["a", "b"])
    assert board.models() == [first, second]
    assert board.model_names() == ["a", "b"]
    newer = first.model_copy(update={"version": "2"})
    board.save_models([newer, third], ["a", "b", "c"])  # the second one is served, and did not answer this time
    assert board.models() == [newer, second, third]
    board.save_models([newer], ["a", "b", "c"], beside=[first])
    assert board.model_names() == ["a", "b", "c"]
    board.save_models([newer], ["a"])
    assert board.models() == [newer]
