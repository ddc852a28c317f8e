"""Deleted values leave the append-only file of a real server."""

from pathlib import Path
from typing import Any

import pytest
import redis
from tests.support.redis_server import RedisServer
from tests.support.waiting import until

from critic_worker.maintenance.append_only_file import TASK, rewrite_when_due
from critic_worker.maintenance.single_run import run_key

SECRET = b"a-name-nobody-else-has.jpg"


def holds_secret(folder: Path) -> bool:
    return any(SECRET in path.read_bytes() for path in folder.rglob("*.aof"))


def test_deleted_values_leave_the_file_within_the_interval(client: "redis.Redis", redis_server: RedisServer) -> None:
    client.set("photo", SECRET)
    client.delete("photo")
    until(lambda: holds_secret(redis_server.folder), 5, "the write of the value")
    rewrite_when_due(client, 0)
    assert not client.exists(run_key(TASK))
    rewrite_when_due(client, 900)
    until(lambda: not holds_secret(redis_server.folder), 10, "the rewrite")
    assert 890_000 < client.pttl(run_key(TASK)) <= 900_000


def test_one_rewrite_in_an_interval(client: "redis.Redis", monkeypatch: pytest.MonkeyPatch) -> None:
    rewrites: list[int] = []
    monkeypatch.setattr(client, "bgrewriteaof", lambda: rewrites.append(1))
    until(lambda: _is_idle(client), 10, "the end of another test's rewrite")
    rewrite_when_due(client, 900)
    rewrite_when_due(client, 900)
    assert rewrites == [1]


def test_a_redis_that_forbids_it_is_no_error(client: "redis.Redis", monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid() -> None:
        raise redis.ResponseError("unknown command 'BGREWRITEAOF'")

    until(lambda: _is_idle(client), 10, "the end of another test's rewrite")
    monkeypatch.setattr(client, "bgrewriteaof", forbid)
    rewrite_when_due(client, 900)
    assert client.exists(run_key(TASK))


def _is_idle(client: "redis.Redis") -> bool:
    status: Any = client.info("persistence")
    return not status["aof_rewrite_in_progress"]
