"""`Idempotency-Key`: a request that is sent again gets the first one's answer, and makes no second photo.

Keys are the caller's own: two callers may use the same one. The same key with another body or other terms is an error.
Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import redis
from redis.exceptions import RedisError
from starlette.concurrency import run_in_threadpool

from critic_core.contracts.errors import IdempotencyInProgress, IdempotencyKeyReused
from critic_core.runtime.redis_client import KEY_PREFIX, redis_errors
from critic_gateway.uploads.receive import RefusedFile, TakenFile

LONGEST_KEY = 255
LEASE_SECONDS = 10
"""A key whose request is under way is held for this long, over and over: it outlives its gateway no longer."""
_PENDING = "pending"


@dataclass(frozen=True)
class Earlier:
    """What the first request with this key brought and got."""

    body_digest: str
    photo_ids: tuple[str, ...]


class IdempotencyKeys:
    """Keys and the answers that were given under them, for a day."""

    def __init__(self, client: "redis.Redis", ttl_seconds: int) -> None:
        self._redis, self._ttl = client, ttl_seconds

    def begin(self, caller: str, key: str) -> Earlier | None:
        """Take a key; the earlier answer when there is one, IdempotencyInProgress while another has it."""
        name = self._name(caller, key)
        with redis_errors():
            if self._redis.set(name, _PENDING, nx=True, ex=LEASE_SECONDS):
                return None
            kept = str(self._redis.get(name) or _PENDING)
        if kept == _PENDING:
            raise IdempotencyInProgress
        told = json.loads(kept)
        return Earlier(told["body_digest"], tuple(told["photo_ids"]))

    @asynccontextmanager
    async def held(self, caller: str, key: str) -> AsyncIterator[None]:
        """Hold a key that was taken, for as long as the block lasts and the process lives."""
        holding = asyncio.create_task(self._hold(self._name(caller, key)))
        try:
            yield
        finally:
            holding.cancel()
            with suppress(asyncio.CancelledError):
                await holding

    async def _hold(self, name: str) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            with suppress(RedisError):  # it is tried again before the lease ends
                await run_in_threadpool(self._redis.expire, name, LEASE_SECONDS)

    def keep(self, caller: str, key: str, answer: Earlier) -> None:
        """Remember what was answered."""
        told = json.dumps({"body_digest": answer.body_digest, "photo_ids": answer.photo_ids})
        with redis_errors():
            self._redis.set(self._name(caller, key), told, ex=self._ttl)

    def give_back(self, caller: str, key: str) -> None:
        """Free a key whose request failed, so that it can be sent again."""
        with redis_errors():
            self._redis.delete(self._name(caller, key))

    def _name(self, caller: str, key: str) -> str:
        digest = hashlib.sha256(f"{caller}|{key}".encode()).hexdigest()
        return f"{KEY_PREFIX}idempotency:{digest}"


def body_digest(taken: list[TakenFile], terms: str) -> str:
    """Equal for two uploads of the same files in the same order, on the same terms."""
    digest = hashlib.sha256(f"{terms}\n".encode())
    for file in taken:
        told = file.error.code if isinstance(file, RefusedFile) else file.sha256
        digest.update(f"{file.file_name}\n{told}\n".encode())
    return digest.hexdigest()


def same_body(earlier: Earlier, taken: list[TakenFile], terms: str) -> None:
    """IdempotencyKeyReused unless this upload is the earlier one, sent again."""
    if earlier.body_digest != body_digest(taken, terms):
        raise IdempotencyKeyReused
