"""Lua functions that delete the share links of an album with the album.

The album's part `shares` maps ids of share links to digests of their tokens; a share link is a hash under its digest.
"""

from critic_core.runtime.redis_client import KEY_PREFIX

SHARE = f"""
local function share_key(digest) return '{KEY_PREFIX}share:' .. digest end

local function delete_share(digest)
  redis.call('DEL', share_key(digest), share_key(digest) .. ':attempts')
end

local function delete_shares(album)
  local links = '{KEY_PREFIX}album:' .. album .. ':shares'
  for _, digest in ipairs(redis.call('HVALS', links)) do delete_share(digest) end
  redis.call('DEL', links)
end
"""
