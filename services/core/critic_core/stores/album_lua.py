"""What a photo's change means for its album, as Lua that the scripts of both stores begin with.

An album is a hash, and its photos are one sorted set: the percentile of a photo that is done (and where that is equal,
its score), FAILED or WAITING below it. So the ranking, its pages and the counts are one structure, which cannot
disagree with itself. Every change is told in a stream, whose ids are those of the server-sent events.
"""

from critic_core.stores.delivery_lua import ANNOUNCE

WAITING, FAILED = -2, -1  # places in the order, below every score
EVENTS_KEPT = 25_000  # more than twice the photos of a large album: who reconnects later is told to look anew

ALBUM = f"""{ANNOUNCE}
local function album_key(album, part) return 'critic:album:' .. album .. (part and ':' .. part or '') end

local function counts(album)
  local order = album_key(album, 'order')
  return redis.call('ZCARD', order), redis.call('ZCOUNT', order, {WAITING}, {WAITING}),
         redis.call('ZCOUNT', order, 0, '+inf'), redis.call('ZCOUNT', order, {FAILED}, {FAILED})
end

local function keep_until_album_ends(album)
  local expires = redis.call('EXPIRETIME', album_key(album))
  for _, part in ipairs({{'order', 'bytes', 'names', 'marks', 'decisions', 'events'}}) do
    redis.call('EXPIREAT', album_key(album, part), expires)
  end
end

local function tell(channel, album, kind, photo)
  if redis.call('EXISTS', album_key(album)) == 0 then return end -- it is being forgotten, photo by photo
  local counter = kind == 'decision' and 'decided' or 'revision'
  redis.call('HINCRBY', album_key(album), counter, 1)
  local photos, waiting, done, failed = counts(album)
  redis.call('XADD', album_key(album, 'events'), 'MAXLEN', '~', {EVENTS_KEPT}, '*', 'kind', kind, 'photo', photo,
    'photos', photos, 'waiting', waiting, 'done', done, 'failed', failed)
  keep_until_album_ends(album)
  if waiting == 0 and (kind == 'photo_done' or kind == 'photo_failed') then announce('album:' .. album) end
  redis.call('PUBLISH', channel, album)
end

local function place(channel, album, photo, score, kind)
  if not album or not redis.call('ZSCORE', album_key(album, 'order'), photo) then return end
  redis.call('ZADD', album_key(album, 'order'), score, photo)
  tell(channel, album, kind, photo)
end
"""
