"""`Idempotency-Key`: a request that is sent again gets the first one's answer, and makes no second photo.

Keys are the caller's own: two callers may use the same one. The same key with another body or other terms is an error.
Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import hashlib
import json
from dataclasses import dataclass

import redis
from redis.exceptions import RedisError

from critic_core.contracts.errors import IdempotencyInProgress, IdempotencyKeyReused, QueueUnavailable
from critic_core.runtime.job_store import PREFIX
from critic_gateway.intake import RefusedFile, TakenFile

LONGEST_KEY = 255
_PENDING = "pending"


@dataclass(frozen=True)
class Earlier:
    """What the first request with this key brought and got."""

    body_digest: str
    photo_ids: tuple[str, ...]


class IdempotencyKeys:
    """Keys and the answers that were given under them, for a day."""

    def __init__(self, client: "redis.Redis", ttl_seconds: int, pending_seconds: int) -> None:
        self._redis, self._ttl, self._pending = client, ttl_seconds, pending_seconds

    def begin(self, caller: str, key: str) -> Earlier | None:
        """Take a key; the earlier answer when there is one, IdempotencyInProgress while the first is under way."""
        name = self._name(caller, key)
        try:
            if self._redis.set(name, _PENDING, nx=True, ex=self._pending):
                return None
            kept = str(self._redis.get(name) or _PENDING)
        except RedisError as error:
            raise QueueUnavailable(f"The queue does not answer: {error}") from error
        if kept == _PENDING:
            raise IdempotencyInProgress
        told = json.loads(kept)
        return Earlier(told["body_digest"], tuple(told["photo_ids"]))

    def keep(self, caller: str, key: str, answer: Earlier) -> None:
        """Remember what was answered."""
        told = json.dumps({"body_digest": answer.body_digest, "photo_ids": answer.photo_ids})
        try:
            self._redis.set(self._name(caller, key), told, ex=self._ttl)
        except RedisError as error:
            raise QueueUnavailable(f"The queue does not answer: {error}") from error

    def give_back(self, caller: str, key: str) -> None:
        """Free a key whose request failed, so that it can be sent again."""
        try:
            self._redis.delete(self._name(caller, key))
        except RedisError as error:
            raise QueueUnavailable(f"The queue does not answer: {error}") from error

    def _name(self, caller: str, key: str) -> str:
        digest = hashlib.sha256(f"{caller}|{key}".encode()).hexdigest()
        return f"{PREFIX}idempotency:{digest}"


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
