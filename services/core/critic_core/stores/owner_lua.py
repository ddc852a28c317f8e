"""Lua functions for the indexes of an owner's photos, albums and batches; scripts that create and delete begin with
them.

An index is a sorted set of UUIDv7s with equal scores, so its order is the order of creation. Redis drops the hash of an
expired photo or album together with its owner's name; the index entry is then looked up among all owners.
"""

from critic_core.runtime.redis_client import KEY_PREFIX

OWNERS = f"{KEY_PREFIX}owners"

OWNER = f"""
local function owner_key(owner, kind) return '{KEY_PREFIX}owner:' .. owner .. ':' .. kind end

local function is_full(owner, kind, limit)
  return tonumber(limit) > 0 and redis.call('ZCARD', owner_key(owner, kind)) >= tonumber(limit)
end

local function add_to_owner(owner, kind, id)
  redis.call('SADD', '{OWNERS}', owner)
  redis.call('ZADD', owner_key(owner, kind), 0, id)
end

local function has_nothing(owner)
  return redis.call('EXISTS', owner_key(owner, 'photos'), owner_key(owner, 'albums'), owner_key(owner, 'batches')) == 0
end

local function remove_from_owner(owner, kind, id)
  for _, name in ipairs(owner and {{owner}} or redis.call('SMEMBERS', '{OWNERS}')) do
    if redis.call('ZREM', owner_key(name, kind), id) == 1 and has_nothing(name) then
      redis.call('SREM', '{OWNERS}', name)
    end
  end
end
"""


def owner_key(owner: str, kind: str) -> str:
    """The name of an owner's index in Redis; `kind` is `photos`, `albums`, `batches` or `insights`."""
    return f"{KEY_PREFIX}owner:{owner}:{kind}"
