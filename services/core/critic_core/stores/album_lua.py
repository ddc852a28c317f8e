"""Lua functions that keep an album consistent with its photos; the scripts of both stores begin with them.

An album is a hash, and its photos are one sorted set: a finished photo ranks by percentile (ties by score), below them
FAILED and PENDING. Ranking, pages and counts come from this one structure and so cannot disagree. Every change is an
entry of a stream, whose ids are those of the server-sent events. The last photo that is pending no longer, `settled` by
its result or its deletion, announces the album.
"""

from critic_core.runtime.redis_client import KEY_PREFIX
from critic_core.stores.delivery_lua import ANNOUNCE

PENDING, FAILED = -2, -1  # sort keys below every score
SUFFIXES = ("order", "bytes", "names", "features", "decisions", "events", "shares", "favourites", "corrections")
"""Of the album's key, beside its hash: they expire with it."""
MAX_EVENTS = 25_000  # more than twice the photos of a large album: a client that reconnects later reloads the album

ALBUM = f"""{ANNOUNCE}
local function album_key(album, part) return '{KEY_PREFIX}album:' .. album .. (part and ':' .. part or '') end

local function counts(album)
  local order = album_key(album, 'order')
  return redis.call('ZCARD', order), redis.call('ZCOUNT', order, {PENDING}, {PENDING}),
         redis.call('ZCOUNT', order, 0, '+inf'), redis.call('ZCOUNT', order, {FAILED}, {FAILED})
end

local function expire_with_album(album)
  local expires = redis.call('EXPIRETIME', album_key(album))
  for _, part in ipairs({{{", ".join(map(repr, SUFFIXES))}}}) do
    redis.call('EXPIREAT', album_key(album, part), expires)
  end
end

local function record_event(channel, album, kind, photo, settled)
  if redis.call('EXISTS', album_key(album)) == 0 then return end -- under deletion, photo by photo
  local counter = kind == 'decision' and 'decision_revision' or 'revision'
  if kind ~= 'favourite' and kind ~= 'album_changed' then redis.call('HINCRBY', album_key(album), counter, 1) end
  local photos, pending, done, failed = counts(album)
  redis.call('XADD', album_key(album, 'events'), 'MAXLEN', '~', {MAX_EVENTS}, '*', 'kind', kind, 'photo', photo,
    'photos', photos, 'pending', pending, 'done', done, 'failed', failed)
  expire_with_album(album)
  if pending == 0 and settled then announce('album:' .. album) end
  redis.call('PUBLISH', channel, album)
end

local function set_rank(channel, album, photo, score, kind)
  if not album or not redis.call('ZSCORE', album_key(album, 'order'), photo) then return end
  redis.call('ZADD', album_key(album, 'order'), score, photo)
  record_event(channel, album, kind, photo, tonumber(score) ~= {PENDING})
end
"""
