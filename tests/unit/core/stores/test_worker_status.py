"""What workers post and gateways read."""

from datetime import UTC, datetime, timedelta

import redis
from tests.support.tiny_model import tiny_manifest

from critic_core.contracts.heartbeat import Pulse
from critic_core.stores.worker_status import PULSES, NoticeBoard

NOW = datetime.now(UTC)


def pulse(worker: str, seconds_ago: float) -> Pulse:
    return Pulse(worker=worker, at=NOW - timedelta(seconds=seconds_ago))


def test_fresh_pulses_come_newest_first_and_old_ones_are_swept_away(client: "redis.Redis") -> None:
    board = NoticeBoard(client)
    for one in (pulse("a", 30), pulse("b", 5), pulse("dead", 600)):
        board.post_pulse(one)
    fresh = board.pulses(newer_than=NOW.timestamp() - 60)
    assert [one.worker for one in fresh] == ["b", "a"]
    assert client.hkeys(PULSES) == ["a", "b"] or client.hkeys(PULSES) == ["b", "a"]


def test_a_worker_has_one_pulse_its_latest(client: "redis.Redis") -> None:
    board = NoticeBoard(client)
    board.post_pulse(pulse("a", 30))
    board.post_pulse(pulse("a", 1))
    assert board.pulses(newer_than=0) == [pulse("a", 1)]


def test_models_are_told_by_name_and_those_not_served_any_more_are_forgotten(client: "redis.Redis") -> None:
    board = NoticeBoard(client)
    first, second, third = (tiny_manifest().model_copy(update={"name": name}) for name in "abc")
    board.post_models([second, first], ["a", "b"])
    assert board.models() == [first, second]
    assert board.names() == ["a", "b"]
    newer = first.model_copy(update={"version": "2"})
    board.post_models([newer, third], ["a", "b", "c"])  # the second one is served, and did not answer this time
    assert board.models() == [newer, second, third]
    board.post_models([newer], ["a", "b", "c"], beside=[first])
    assert board.names() == ["a", "b", "c"]
    board.post_models([newer], ["a"])
    assert board.models() == [newer]
