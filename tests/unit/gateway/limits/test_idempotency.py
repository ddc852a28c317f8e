"""Idempotency keys: acquired once, leased while the request is in progress, scoped to the owner."""

import asyncio
import time

import pytest
import redis
from tests.support.waiting import until

from critic_core.contracts.errors import IdempotencyInProgress
from critic_gateway.limits import idempotency
from critic_gateway.limits.idempotency import FileRecord, IdempotencyKeys, UploadRecord

RECORD = UploadRecord(body_digest="digest", files=(FileRecord(photo_id="p1"), FileRecord(photo_id="p2")))


@pytest.fixture
def keys(client: "redis.Redis") -> IdempotencyKeys:
    return IdempotencyKeys(client, ttl_seconds=60)


def is_free(keys: IdempotencyKeys) -> bool:
    try:
        return keys.acquire("ann", "key") is None
    except IdempotencyInProgress:
        return False


def test_the_second_request_waits_for_the_record_of_the_first(keys: IdempotencyKeys) -> None:
    assert keys.acquire("ann", "key") is None
    with pytest.raises(IdempotencyInProgress):
        keys.acquire("ann", "key")
    keys.save("ann", "key", RECORD)
    assert keys.acquire("ann", "key") == RECORD


def test_a_key_is_free_after_its_release(keys: IdempotencyKeys) -> None:
    keys.acquire("ann", "key")
    keys.release("ann", "key")
    assert is_free(keys)


def test_keys_belong_to_their_owner(keys: IdempotencyKeys) -> None:
    keys.save("ann", "key", RECORD)
    assert keys.acquire("bob", "key") is None


def test_a_lease_is_renewed_inside_the_block_and_expires_after_a_crash(
    keys: IdempotencyKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "LEASE_SECONDS", 1)

    async def upload() -> None:
        end = time.monotonic() + 1.5
        async with keys.lease("ann", "key"):
            while time.monotonic() < end:
                assert not await asyncio.to_thread(is_free, keys)
                await asyncio.sleep(0.1)

    assert is_free(keys)
    asyncio.run(upload())  # neither saved nor released, as in a crash
    until(lambda: is_free(keys), 60, "the end of the lease")
