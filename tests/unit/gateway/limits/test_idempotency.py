"""A key is held for as long as its request is under way, and not for longer than its gateway lives."""

import asyncio
import time
from pathlib import Path

import pytest
from tests.support.redis_server import RedisServer
from tests.support.waiting import until

from critic_core.contracts.errors import IdempotencyInProgress
from critic_core.runtime.redis_client import connect
from critic_gateway.limits import idempotency
from critic_gateway.limits.idempotency import IdempotencyKeys


def is_free(keys: IdempotencyKeys) -> bool:
    try:
        return keys.begin("ann", "key") is None
    except IdempotencyInProgress:
        return False


def test_a_key_outlives_its_lease_while_it_is_held_and_not_its_holder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "LEASE_SECONDS", 1)
    server = RedisServer(tmp_path)
    server.start()
    keys = IdempotencyKeys(connect(server.url), ttl_seconds=60)

    async def upload() -> None:
        ends = time.monotonic() + 2.5
        async with keys.held("ann", "key"):
            while time.monotonic() < ends:
                assert not await asyncio.to_thread(is_free, keys)

    try:
        assert is_free(keys)
        asyncio.run(upload())  # and nobody keeps an answer, nor gives the key back: as if killed
        until(lambda: is_free(keys), 3, "the end of the lease")
    finally:
        server.stop()
