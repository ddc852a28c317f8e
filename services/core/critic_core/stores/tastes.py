"""Tastes by owner: switch, model and evidence in one hash, which ends with the account, or a year after the last use.

A training begins with a token, and its result is stored only while that token stands: nothing of a taste that is
deleted meanwhile comes back.
"""

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import redis

from critic_core.contracts.taste import Taste, TasteExport, TasteModel, TasteState
from critic_core.runtime.redis_client import CHANGE_CHANNEL, KEY_PREFIX, redis_errors
from critic_core.stores.owner_lua import owner_key
from critic_core.stores.owners import OwnerIndex
from critic_core.stores.single_flight import request_key

TTL_SECONDS = 365 * 24 * 3600
TRAINING_SECONDS = 300
MAX_ALBUMS = 1000  # the newest: a millisecond of Redis, which serves nobody else meanwhile

_DECIDED = f"""
local rows = {{}}
for _, album in ipairs(redis.call('ZREVRANGE', KEYS[1], 0, {MAX_ALBUMS - 1})) do
  local revision = redis.call('HGET', '{KEY_PREFIX}album:' .. album, 'decision_revision')
  if revision and revision ~= '0' then table.insert(rows, {{album, revision}}) end
end
return rows
"""
_SAVE = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'model') -- without one, no earlier one stays beside the new evidence
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('DEL', KEYS[2], KEYS[3])
redis.call('PUBLISH', ARGV[3], KEYS[1])
return 1
"""
_END = """#!lua flags=allow-oom
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""


@dataclass(frozen=True)
class Basis:
    """The albums with decisions, newest first, and a digest of their decisions' revisions."""

    albums: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class ActiveTaste:
    """A taste that is on and proven."""

    version: str
    model: TasteModel


class TasteStore:
    """Tastes by owner. Every method raises QueueUnavailable when Redis does not respond."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client
        self._decided, self._save, self._end = map(client.register_script, (_DECIDED, _SAVE, _END))

    def basis(self, owner: str) -> Basis:
        """What a training now would learn from."""
        with redis_errors():
            rows: list[list[str]] = self._decided(keys=[owner_key(owner, OwnerIndex.albums)])
        digest = hashlib.sha256(" ".join(sorted("/".join(row) for row in rows)).encode()).hexdigest()
        return Basis(tuple(album for album, _ in rows), digest)

    def get(self, owner: str) -> Taste:
        """The taste as it is stored."""
        return self._read(owner)[0]

    def is_current(self, owner: str) -> bool:
        """Whether the latest training had all decisions of the owner."""
        with redis_errors():
            trained: Any = self._redis.hget(taste_key(owner), "basis")
        return bool(trained == self.basis(owner).digest)

    def active_version(self, owner: str) -> str | None:
        """The version in use: none for a taste that is off or not proven."""
        taste = self.get(owner)
        return taste.version if _in_use(taste) else None

    def active(self, owner: str) -> ActiveTaste | None:
        """The version in use, with its model."""
        taste, model = self._read(owner)
        return ActiveTaste(taste.version, model) if _in_use(taste) and taste.version and model else None

    def export(self, owner: str) -> TasteExport | None:
        """The taste with its model; None before the first training."""
        taste, model = self._read(owner)
        return TasteExport(taste=taste, model=model) if model else None

    def switch(self, owner: str, enabled: bool) -> None:
        """Turn the taste on or off."""
        with redis_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(taste_key(owner), "enabled", int(enabled))
            pipe.expire(taste_key(owner), TTL_SECONDS)
            pipe.execute()

    def delete(self, owner: str) -> None:
        """Delete switch, model and evidence; a training that is under way stores nothing."""
        with redis_errors():
            self._redis.delete(taste_key(owner), _training_key(owner), request_key(taste_key(owner)))

    # -- training -----------------------------------------------------------------------------------------------------

    def begin(self, owner: str) -> str | None:
        """Begin a training. Returns its token; None while another one is under way, for TRAINING_SECONDS at most."""
        token = uuid4().hex
        with redis_errors():
            return token if self._redis.set(_training_key(owner), token, nx=True, ex=TRAINING_SECONDS) else None

    def end(self, owner: str, token: str) -> None:
        """End that training, stored or failed: the next one may begin."""
        with redis_errors():
            self._end(keys=[_training_key(owner)], args=[token])

    def save(self, owner: str, token: str, basis: Basis, taste: Taste, model: TasteModel | None) -> bool:
        """Store the result of that training and notify subscribers.

        False when the taste was deleted meanwhile.
        """
        fields: list[Any] = ["basis", basis.digest, "taste", taste.model_dump_json(exclude={"enabled"})]
        if model is not None:
            fields += ["model", model.model_dump_json()]
        keys = [taste_key(owner), _training_key(owner), request_key(taste_key(owner))]
        with redis_errors():
            return bool(self._save(keys=keys, args=[token, TTL_SECONDS, CHANGE_CHANNEL, *fields]))

    def _read(self, owner: str) -> tuple[Taste, TasteModel | None]:
        with redis_errors():
            fields: Any = self._redis.hmget(taste_key(owner), "enabled", "taste", "model")
        enabled, taste, model = fields
        stored = Taste.read(taste) if taste else Taste(state=TasteState.too_few if enabled == "1" else TasteState.off)
        return stored.model_copy(update={"enabled": enabled == "1"}), TasteModel.read(model) if model else None


def taste_key(owner: str) -> str:
    """The key of a taste in Redis, and its name in messages of the change channel."""
    return f"{KEY_PREFIX}owner:{owner}:taste"


def _training_key(owner: str) -> str:
    return f"{taste_key(owner)}:training"


def _in_use(taste: Taste) -> bool:
    return taste.enabled and taste.state is TasteState.proven
