"""Lua functions for the stored results of album queries: use, eviction, and deletion with the album."""

from critic_core.runtime.redis_client import KEY_PREFIX
from critic_core.stores.owner_lua import OWNERS

_FUNCTIONS = f"""
local function index_keys(album)
  local owner = redis.call('HGET', '{KEY_PREFIX}album:' .. album, 'owner')
  local base = owner and '{KEY_PREFIX}owner:' .. owner .. ':results'
  return base, '{KEY_PREFIX}album:' .. album .. ':result:index'
end

local function evict(base, member)
  local album, query, token = string.match(member, '^(%S+) (%S+) (%S+)$')
  local result = '{KEY_PREFIX}album:' .. album .. ':result:' .. query
  local bytes, sections = string.match(redis.call('HGET', base .. ':sizes', member) or '0 ', '^(%d+) (.*)$')
  for section in string.gmatch(sections, '%S+') do redis.call('DEL', result .. ':' .. token .. ':' .. section) end
  redis.call('HINCRBY', base .. ':sizes', 'total', -bytes)
  redis.call('HDEL', base .. ':sizes', member)
  if redis.call('HGET', result, 'token') == token then redis.call('DEL', result) end
  for _, index in ipairs({{base, base .. ':expiry', '{KEY_PREFIX}album:' .. album .. ':result:index'}}) do
    redis.call('ZREM', index, member)
  end
end

local function use(base, album_index, member, now)
  redis.call('ZADD', base, 'XX', now, member)
  redis.call('ZADD', album_index, 'XX', now, member)
end
"""

ALBUM_RESULTS = f"""{_FUNCTIONS}
-- Without an owner, whose name Redis has dropped with the expired album, all owners are tried.
local function delete_results(album, owner)
  local members = redis.call('ZRANGE', '{KEY_PREFIX}album:' .. album .. ':result:index', 0, -1)
  if #members == 0 then return end
  for _, name in ipairs(owner and {{owner}} or redis.call('SMEMBERS', '{OWNERS}')) do
    local base = '{KEY_PREFIX}owner:' .. name .. ':results'
    for _, member in ipairs(members) do
      if redis.call('HEXISTS', base .. ':sizes', member) == 1 then evict(base, member) end
    end
    if redis.call('ZCARD', base) == 0 then redis.call('DEL', base .. ':sizes', base .. ':expiry') end
  end
end
"""
