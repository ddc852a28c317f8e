"""Corrections of an album's groups in Redis: a hash by id, which expires and goes with the album."""

from typing import Any

import redis

from critic_core.contracts.errors import AlbumNotFound, LimitReached
from critic_core.contracts.group_correction import MAX_CORRECTIONS, GroupCorrection, NewGroupCorrection, in_order
from critic_core.runtime.redis_client import CHANGE_CHANNEL, redis_errors
from critic_core.stores.album_lua import ALBUM
from critic_core.stores.albums import album_key

_ADD = f"""{ALBUM}
local album, channel, id, correction = ARGV[1], ARGV[2], ARGV[3], cjson.decode(ARGV[4])
local corrections = album_key(album, 'corrections')
if redis.call('EXISTS', album_key(album)) == 0 then return 'deleted' end
if redis.call('HEXISTS', corrections, id) == 1 then return 'stored' end
if redis.call('HLEN', corrections) >= {MAX_CORRECTIONS} then return 'full' end
correction.revision = tonumber(redis.call('HGET', album_key(album), 'revision') or 0) + 1
redis.call('HSET', corrections, id, cjson.encode(correction))
record_event(channel, album, 'groups_corrected', '')
return 'stored'
"""
_WITHDRAW = f"""{ALBUM}
local album, channel, id = ARGV[1], ARGV[2], ARGV[3]
if redis.call('HDEL', album_key(album, 'corrections'), id) == 1 then
  record_event(channel, album, 'groups_corrected', '')
end
"""


class GroupCorrectionStore:
    """Corrections by album. Every method raises QueueUnavailable when Redis does not respond."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client
        self._add, self._withdraw = client.register_script(_ADD), client.register_script(_WITHDRAW)

    def add(self, album_id: str, correction: NewGroupCorrection) -> None:
        """Store a correction; the same id again changes nothing. Raises AlbumNotFound and LimitReached."""
        args = [album_id, CHANGE_CHANNEL, correction.id, correction.model_dump_json()]
        with redis_errors():
            reply = str(self._add(keys=[], args=args))
        if reply == "deleted":
            raise AlbumNotFound
        if reply == "full":
            raise LimitReached(f"An album has {MAX_CORRECTIONS} corrections of its groups at most; withdraw some.")

    def withdraw(self, album_id: str, correction_id: str) -> None:
        """Remove a correction; later ones stay. Nothing happens without it."""
        with redis_errors():
            self._withdraw(keys=[], args=[album_id, CHANGE_CHANNEL, correction_id])

    def of(self, album_id: str) -> tuple[GroupCorrection, ...]:
        """The corrections of an album, in the order in which they apply."""
        with redis_errors():
            stored: Any = self._redis.hvals(album_key(album_id, "corrections"))
        return in_order(stored)
