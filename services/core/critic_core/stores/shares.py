"""Share links in Redis, by the SHA-256 of their token; the token itself is stored nowhere.

Links expire at the latest with their album and are deleted with it. Favourites belong to the album, as suggestions to
its owner: a mapping of photos to the links that marked them.
"""

import json
from dataclasses import dataclass
from typing import Any

import redis

from critic_core.contracts.errors import AlbumNotFound, LimitReached, PhotoNotFound, ShareNotFound
from critic_core.contracts.share import Share
from critic_core.runtime.redis_client import CHANGE_CHANNEL, KEY_PREFIX, redis_errors
from critic_core.stores.album_lua import ALBUM
from critic_core.stores.albums import album_key
from critic_core.stores.share_lua import SHARE

MAX_SHARES = 100  # valid links of an album
MAX_PIN_ATTEMPTS = 5  # wrong PINs of a link
PIN_ATTEMPTS_SECONDS = 15 * 60

_CREATE = f"""{ALBUM}{SHARE}
local album, share, digest = ARGV[1], ARGV[2], ARGV[3]
if redis.call('EXISTS', album_key(album)) == 0 then return 'deleted' end
local links = redis.call('HGETALL', album_key(album, 'shares'))
for index = 2, #links, 2 do
  if redis.call('EXISTS', share_key(links[index])) == 0 then
    redis.call('HDEL', album_key(album, 'shares'), links[index - 1])
  end
end
if redis.call('HLEN', album_key(album, 'shares')) >= {MAX_SHARES} then return 'full' end
redis.call('HSET', share_key(digest), 'share', ARGV[4], 'pin', ARGV[5])
redis.call('EXPIREAT', share_key(digest), ARGV[6])
redis.call('HSET', album_key(album, 'shares'), share, digest)
expire_with_album(album)
return 'created'
"""
_DELETE = f"""#!lua flags=allow-oom
{SHARE}
local digest = redis.call('HGET', KEYS[1], ARGV[1])
if not digest then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
local existed = redis.call('EXISTS', share_key(digest))
delete_share(digest)
return existed
"""
# An attempt counts before the PIN is compared, so that parallel attempts cannot exceed the limit.
_COUNT_ATTEMPT = f"""#!lua flags=allow-oom
local attempts = redis.call('INCR', KEYS[1])
if attempts == 1 then redis.call('EXPIRE', KEYS[1], {PIN_ATTEMPTS_SECONDS}) end
if attempts <= {MAX_PIN_ATTEMPTS} then return 0 end
redis.call('DECR', KEYS[1])
return math.max(1, redis.call('TTL', KEYS[1]))
"""
_REFUND_ATTEMPT = "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('DECR', KEYS[1]) end"
_SET_FAVOURITE = f"""{ALBUM}
local album, photo, share, favourite = ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1'
if not redis.call('ZSCORE', album_key(album, 'order'), photo) then return false end
local stored, marks, known = redis.call('HGET', album_key(album, 'favourites'), photo), {{}}, false
for _, mark in ipairs(stored and cjson.decode(stored) or {{}}) do
  if mark == share then known = true else table.insert(marks, mark) end
end
if known == favourite then return 0 end
if favourite then table.insert(marks, share) end
if #marks > {MAX_SHARES} then table.remove(marks, 1) end
if #marks == 0 then redis.call('HDEL', album_key(album, 'favourites'), photo)
else redis.call('HSET', album_key(album, 'favourites'), photo, cjson.encode(marks)) end
record_event(ARGV[5], album, 'favourite', photo)
return 1
"""


@dataclass(frozen=True)
class StoredShare:
    """A share link with the digest of its token and the hash of its PIN; "" without a PIN."""

    share: Share
    digest: str
    pin_hash: str


class ShareStore:
    """Share links. Every method raises QueueUnavailable when Redis does not respond."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client
        self._create = client.register_script(_CREATE)
        self._delete = client.register_script(_DELETE)
        self._count_attempt = client.register_script(_COUNT_ATTEMPT)
        self._refund_attempt = client.register_script(_REFUND_ATTEMPT)
        self._set_favourite = client.register_script(_SET_FAVOURITE)

    def create(self, stored: StoredShare) -> None:
        """Store a new link; Redis drops it at `expires_at`. Raises AlbumNotFound, or LimitReached at MAX_SHARES."""
        share, expires = stored.share, int(stored.share.expires_at.timestamp())
        args: list[Any] = [share.album, share.id, stored.digest, share.model_dump_json(), stored.pin_hash, expires]
        with redis_errors():
            reply = str(self._create(keys=[], args=args))
        if reply == "deleted":
            raise AlbumNotFound
        if reply == "full":
            raise LimitReached(f"An album has {MAX_SHARES} share links at most; revoke one first.")

    def find(self, digest: str) -> StoredShare:
        """The link with this digest of its token. Raises ShareNotFound when unknown, revoked or expired."""
        with redis_errors():
            share, pin_hash = self._redis.hmget(_share_key(digest), "share", "pin")
        if share is None:
            raise ShareNotFound
        return StoredShare(Share.read(share), digest, str(pin_hash or ""))

    def of(self, album_id: str) -> list[Share]:
        """The valid links of an album, oldest first."""
        with redis_errors(), self._redis.pipeline(transaction=False) as pipe:
            digests: Any = self._redis.hvals(album_key(album_id, "shares"))
            for digest in digests:
                pipe.hget(_share_key(digest), "share")
            texts = pipe.execute()
        return sorted((Share.read(text) for text in texts if text), key=lambda share: share.id)

    def delete(self, album_id: str, share_id: str) -> None:
        """Revoke a link of this album. Raises ShareNotFound."""
        with redis_errors():
            if not self._delete(keys=[album_key(album_id, "shares")], args=[share_id]):
                raise ShareNotFound

    def count_attempt(self, digest: str) -> int:
        """Count an attempt at the PIN. The seconds until the next one is allowed; 0 when this one is."""
        with redis_errors():
            return int(self._count_attempt(keys=[f"{_share_key(digest)}:attempts"]))

    def refund_attempt(self, digest: str) -> None:
        """A correct PIN is no wrong attempt."""
        with redis_errors():
            self._refund_attempt(keys=[f"{_share_key(digest)}:attempts"])

    def set_favourite(self, share: Share, photo_id: str, favourite: bool) -> None:
        """Mark a photo as favourite by this link, or unmark it; the decisions stay. Raises PhotoNotFound."""
        args: list[Any] = [share.album, photo_id, share.id, int(favourite), CHANGE_CHANNEL]
        with redis_errors():
            if self._set_favourite(keys=[], args=args) is None:
                raise PhotoNotFound

    def favourites(self, share: Share, photo_ids: list[str]) -> set[str]:
        """Those of the photos that this link has marked."""
        if not photo_ids:
            return set()
        with redis_errors():
            marks: Any = self._redis.hmget(album_key(share.album, "favourites"), photo_ids)
        return {photo_id for photo_id, ids in zip(photo_ids, marks, strict=True) if ids and f'"{share.id}"' in ids}

    def count_favourites(self, album_id: str) -> dict[str, int]:
        """The number of links that marked a photo, by photo."""
        with redis_errors():
            marks: Any = self._redis.hgetall(album_key(album_id, "favourites"))
        return {str(photo_id): len(json.loads(ids)) for photo_id, ids in marks.items()}


def _share_key(digest: str) -> str:
    return f"{KEY_PREFIX}share:{digest}"
