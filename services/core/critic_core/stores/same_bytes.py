"""The latest photo of an owner by its bytes and model; an entry expires and is deleted with its photo."""

from typing import Any

import redis

from critic_core.contracts.photo import Photo
from critic_core.runtime.redis_client import KEY_PREFIX, redis_errors

FORGET_BYTES = f"""
local function forget_bytes(photo, owner, model, sha256)
  local key = '{KEY_PREFIX}bytes:' .. (owner or '') .. ':' .. (model or '') .. ':' .. (sha256 or '')
  if redis.call('GET', key) == photo then redis.call('DEL', key) end
end
"""
"""Lua for the script that deletes a photo."""


class SameBytesStore:
    """Photo ids by bytes. Raises QueueUnavailable when Redis does not respond."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client

    def replace(self, photo: Photo) -> str | None:
        """The id of the owner's photo with these bytes, for the same model; from now on, it is this photo."""
        key = f"{KEY_PREFIX}bytes:{photo.owner}:{photo.model or ''}:{photo.sha256}"
        with redis_errors():
            earlier: Any = self._redis.set(key, photo.id, exat=int(photo.expires_at.timestamp()), get=True)
        return str(earlier) if earlier else None
