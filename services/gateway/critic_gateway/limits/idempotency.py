"""`Idempotency-Key`: a repeated upload gets the first response and creates no second photo.

Keys are scoped to the owner. The same key with another body or other options is an error.
Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import redis
from starlette.concurrency import run_in_threadpool

from critic_core.contracts.base import Contract
from critic_core.contracts.errors import IdempotencyInProgress, Problem
from critic_core.runtime.redis_client import redis_errors
from critic_core.stores.owners import idempotency_key
from critic_gateway.limits.lease_renewal import renewed

MAX_KEY_LENGTH = 255
LEASE_SECONDS = 10
"""Lease of a key whose request is in progress, renewed until its end: it expires soon after a gateway's crash."""
_IN_PROGRESS = "pending"


class FileRecord(Contract):
    """The result of one file of an upload: its photo, or the reason of its rejection."""

    photo_id: str | None = None
    duplicate: bool = False
    problem: Problem | None = None


class UploadRecord(Contract):
    """The first upload with a key: the digest of its body, and a result for each of its files; or the batch."""

    body_digest: str
    files: tuple[FileRecord, ...] = ()
    batch_id: str | None = None


class IdempotencyKeys:
    """Keys with their upload records, for a day. QueueUnavailable when Redis does not answer."""

    def __init__(self, client: "redis.Redis", ttl_seconds: int) -> None:
        self._redis, self._ttl = client, ttl_seconds

    def acquire(self, owner: str, key: str) -> UploadRecord | None:
        """Acquire a key; the record of its first upload if there is one. Raises IdempotencyInProgress."""
        name = _name(owner, key)
        with redis_errors():
            if self._redis.set(name, _IN_PROGRESS, nx=True, ex=LEASE_SECONDS):
                return None
            value = str(self._redis.get(name) or _IN_PROGRESS)
        if value == _IN_PROGRESS:
            raise IdempotencyInProgress
        return UploadRecord.read(value)

    def lease(self, owner: str, key: str) -> AbstractAsyncContextManager[None]:
        """Renew the lease of an acquired key inside the block."""
        return renewed(partial(self._renew, _name(owner, key)), LEASE_SECONDS)

    def save(self, owner: str, key: str, record: UploadRecord) -> None:
        """Store the record of the first upload."""
        with redis_errors():
            self._redis.set(_name(owner, key), record.model_dump_json(exclude_none=True), ex=self._ttl)

    def release(self, owner: str, key: str) -> None:
        """Free the key of a failed upload for a retry."""
        with redis_errors():
            self._redis.delete(_name(owner, key))

    @asynccontextmanager
    async def release_on_error(self, owner: str, key: str) -> AsyncIterator[None]:
        """Free the key for a retry when the block fails."""
        try:
            yield
        except BaseException:
            await run_in_threadpool(self.release, owner, key)
            raise

    def _renew(self, name: str) -> None:
        with redis_errors():
            self._redis.expire(name, LEASE_SECONDS)


def _name(owner: str, key: str) -> str:
    return idempotency_key(owner, hashlib.sha256(key.encode()).hexdigest())
