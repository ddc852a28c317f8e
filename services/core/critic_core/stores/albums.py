"""Albums in Redis: who belongs to them, in which order, what was decided, what happened, and what was found in them.

How an album is laid out, and why, is in `album_lua.py`. Its photos are those of the job store, which tells the album of
every change. An album ends at one time for everything that is kept of it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis

from critic_core.contracts.album import Album, AlbumPhoto, Choice, Counts, Decision, Decisions, Marks, Summary
from critic_core.contracts.errors import AlbumFull, AlbumNotFound, PhotoNotFound, Problem
from critic_core.contracts.photo import Photo
from critic_core.stores.album_lua import ALBUM, WAITING
from critic_core.stores.jobs import BELL_CHANNEL, EXPIRY, PREFIX, QUEUED, answering, fields_of, photo_hash

ALBUM_EXPIRY = f"{PREFIX}albums:expiry"
DECISIONS_KEPT = 100  # of one photo: nobody undoes further back
_PARTS = ("order", "bytes", "names", "marks", "decisions", "events")
_SHOWN = ("state", "file_name", "media_type", "size_bytes", "sha256", "summary", "problem")

_ADD = f"""{ALBUM}
local album, photo, sha256 = ARGV[1], ARGV[2], ARGV[3]
if redis.call('EXISTS', album_key(album)) == 0 then return 'gone' end
local known = redis.call('HGET', album_key(album, 'bytes'), sha256)
if known then return known end
if redis.call('ZCARD', album_key(album, 'order')) >= tonumber(ARGV[6]) then return 'full' end
redis.call('HSET', KEYS[1], unpack(ARGV, 8))
redis.call('EXPIREAT', KEYS[1], redis.call('EXPIRETIME', album_key(album)))
redis.call('ZADD', KEYS[2], ARGV[4], photo)
redis.call('ZADD', KEYS[3], ARGV[5], photo)
redis.call('HSET', album_key(album, 'bytes'), sha256, photo)
redis.call('HSET', album_key(album, 'names'), photo, redis.call('HGET', KEYS[1], 'file_name') or '')
redis.call('ZADD', album_key(album, 'order'), {WAITING}, photo)
tell(ARGV[7], album, 'photo_added', photo)
return photo
"""
_LOOK = f"""{ALBUM}
local fields = redis.call('HGETALL', KEYS[1])
return #fields > 0 and {{fields, {{counts(ARGV[1])}}}} or false
"""
_PAGE = """
local order, start = KEYS[1], 0
if ARGV[1] ~= '' then
  local rank = redis.call('ZREVRANK', order, ARGV[1])
  start = rank and rank + 1 or redis.call('ZCOUNT', order, '(' .. ARGV[2], '+inf')
end
local told = {}
for _, photo in ipairs(redis.call('ZREVRANGE', order, start, start + ARGV[3] - 1)) do
  table.insert(told, {photo, redis.call('ZSCORE', order, photo), redis.call('HGET', KEYS[2], photo),
    redis.call('HMGET', ARGV[4] .. photo, unpack(ARGV, 5))})
end
return {told, start, redis.call('ZCARD', order)}
"""
_EVENTS = """
local told = {}
for _, event in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])) do
  local photo = event[2][4]
  table.insert(told, {event[1], event[2], redis.call('ZSCORE', KEYS[2], photo), redis.call('HGET', KEYS[3], photo),
    redis.call('HMGET', ARGV[3] .. photo, unpack(ARGV, 4))})
end
return told
"""
_DECIDE = f"""{ALBUM}
local album, photo, kept = ARGV[1], ARGV[2], {{}}
if not redis.call('ZSCORE', album_key(album, 'order'), photo) then return false end
local told = redis.call('HGET', album_key(album, 'decisions'), photo)
if told then kept = cjson.decode(told) end
if ARGV[4] == '' then table.remove(kept) else table.insert(kept, ARGV[4]) end
if #kept > {DECISIONS_KEPT} then table.remove(kept, 1) end
if #kept == 0 then redis.call('HDEL', album_key(album, 'decisions'), photo)
else redis.call('HSET', album_key(album, 'decisions'), photo, cjson.encode(kept)) end
tell(ARGV[3], album, 'decision', photo)
return kept
"""


@dataclass(frozen=True)
class Cursor:
    """The last photo of a page: its id, and its place in the order should it be deleted meanwhile."""

    photo_id: str
    place: float


@dataclass(frozen=True)
class Page:
    """Part of a ranking, and the cursor that asks for what follows; none after the last photo."""

    photos: tuple[AlbumPhoto, ...]
    following: Cursor | None


@dataclass(frozen=True)
class Event:
    """Something that happened to an album. Ids ascend."""

    id: str
    kind: str
    photo: str
    counts: Counts
    now: AlbumPhoto | None


@dataclass(frozen=True)
class Snapshot:
    """What is known of the photos of an album that are done, at one moment; all by the photo's id."""

    revision: int
    decided: int
    marks: dict[str, Marks]
    decisions: dict[str, Decision]
    names: dict[str, str]
    sha256: dict[str, str]


class AlbumStore:
    """Albums by id. Every method raises QueueUnavailable when Redis does not answer."""

    def __init__(self, client: "redis.Redis", clock: Callable[[], float] | None = None) -> None:
        self._redis = client
        self._now = clock or (lambda: datetime.now(UTC).timestamp())
        self._add = client.register_script(_ADD)
        self._look = client.register_script(_LOOK)
        self._page = client.register_script(_PAGE)
        self._events = client.register_script(_EVENTS)
        self._decide = client.register_script(_DECIDE)

    # -- the album itself ---------------------------------------------------------------------------------------------

    def create(self, album: Album) -> None:
        """Remember a new album; it is forgotten by itself at `expires_at`."""
        fields: dict[Any, Any] = album.model_dump(mode="json", exclude={"id", "counts"}, exclude_none=True)
        with answering(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(album_key(album.id), mapping=fields)
            pipe.expireat(album_key(album.id), album.expires_at)
            pipe.zadd(ALBUM_EXPIRY, {album.id: album.expires_at.timestamp()})
            pipe.execute()

    def get(self, album_id: str) -> Album:
        """The album with its counts, all of one moment. AlbumNotFound when there is none."""
        with answering():
            told: Any = self._look(keys=[album_key(album_id)], args=[album_id])
        if not told:
            raise AlbumNotFound
        fields = dict(zip(told[0][::2], told[0][1::2], strict=True))
        photos, waiting, done, failed = told[1]
        counts = Counts(photos=photos, waiting=waiting, done=done, failed=failed)
        return Album.of_fields({"id": album_id, "counts": counts, **fields})

    def forget(self, album_id: str) -> None:
        """Make the album unknown at once. AlbumNotFound when it was.

        It is then told as expired, and its photos are in `photos` until `clear`: what is interrupted can begin again.
        """
        with answering(), self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(album_key(album_id))
            pipe.zadd(ALBUM_EXPIRY, {album_id: self._now()}, xx=True)
            pipe.publish(BELL_CHANNEL, album_id)
            if not pipe.execute()[0]:
                raise AlbumNotFound

    def photos(self, album_id: str) -> list[str]:
        """The ids of all its photos."""
        with answering():
            return [str(photo_id) for photo_id in self._redis.zrange(album_key(album_id, "order"), 0, -1)]

    def clear(self, album_id: str) -> None:
        """Forget what is left of an album whose photos are gone."""
        with answering():
            answers = [str(name) for name in self._redis.scan_iter(match=album_key(album_id, "answer:*"), count=1000)]
        with answering(), self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(*(album_key(album_id, part) for part in _PARTS), *answers)
            pipe.zrem(ALBUM_EXPIRY, album_id)
            pipe.execute()

    def expired(self, limit: int = 10) -> list[str]:
        """Albums whose time to live ran out, until `clear`."""
        with answering():
            found = self._redis.zrange(ALBUM_EXPIRY, "-inf", self._now(), byscore=True, offset=0, num=limit)
        return [str(album_id) for album_id in found]

    # -- its photos ---------------------------------------------------------------------------------------------------

    def add(self, photo: Photo, limit: int) -> str:
        """Queue a new photo in its album; the id of the photo that has the same bytes when one is there already.

        AlbumNotFound, or AlbumFull when the album has `limit` photos.
        """
        fields = [text for pair in fields_of(photo).items() for text in map(str, pair)]
        expires = photo.expires_at.timestamp()
        args: list[Any] = [photo.album, photo.id, photo.sha256, self._now(), expires, limit, BELL_CHANNEL, *fields]
        with answering():
            told = str(self._add(keys=[photo_hash(photo.id), QUEUED, EXPIRY], args=args))
        if told == "gone":
            raise AlbumNotFound
        if told == "full":
            raise AlbumFull(f"An album holds {limit:,} photos at most; make another one.")
        return told

    def page(self, album_id: str, after: Cursor | None, limit: int) -> Page:
        """Part of the ranking: at most `limit` photos that come after the cursor."""
        cursor: list[Any] = [after.photo_id, after.place] if after else ["", 0]
        with answering():
            told, start, total = self._page(
                keys=[album_key(album_id, "order"), album_key(album_id, "decisions")],
                args=[*cursor, limit, photo_hash(""), *_SHOWN],
            )
        photos = tuple(
            _album_photo(start + number if float(place) >= 0 else None, photo_id, decided, shown)
            for number, (photo_id, place, decided, shown) in enumerate(told, 1)
            if shown[0]
        )
        following = Cursor(told[-1][0], float(told[-1][1])) if told and start + len(told) < total else None
        return Page(photos, following)

    def snapshot(self, album_id: str) -> Snapshot:
        """Everything that grouping and proposing look at. AlbumNotFound when there is no such album."""
        with answering(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hmget(album_key(album_id), "revision", "decided")
            for part in ("marks", "decisions", "names", "bytes"):
                pipe.hgetall(album_key(album_id, part))
            (revision, decided), marks, decisions, names, by_bytes = pipe.execute()
        if revision is None:
            raise AlbumNotFound
        return Snapshot(
            int(revision),
            int(decided),
            {photo_id: Marks.read(told) for photo_id, told in marks.items()},
            {photo_id: _latest(told) for photo_id, told in decisions.items()},
            names,
            {photo_id: sha256 for sha256, photo_id in by_bytes.items()},
        )

    # -- what was decided ---------------------------------------------------------------------------------------------

    def decide(self, album_id: str, photo_id: str, choice: Choice) -> Decisions:
        """Remember a photographer's choice; what was chosen before is kept for undoing. PhotoNotFound."""
        made = Decision(flag=choice.flag, stars=choice.stars, at=datetime.fromtimestamp(self._now(), UTC))
        return self._decided(album_id, photo_id, made.model_dump_json(exclude_none=True))

    def undo(self, album_id: str, photo_id: str) -> Decisions:
        """Take the last decision back; the one before it counts again. Nothing to undo is fine. PhotoNotFound."""
        return self._decided(album_id, photo_id, "")

    def decisions(self, album_id: str, photo_id: str) -> Decisions:
        """What was decided about a photo. PhotoNotFound."""
        with answering(), self._redis.pipeline(transaction=True) as pipe:
            pipe.zscore(album_key(album_id, "order"), photo_id)
            pipe.hget(album_key(album_id, "decisions"), photo_id)
            place, told = pipe.execute()
        if place is None:
            raise PhotoNotFound
        return _decisions(json.loads(told or "[]"))

    # -- what happened ------------------------------------------------------------------------------------------------

    def events(self, album_id: str, after: str, limit: int = 1000) -> list[Event]:
        """What happened after the event of that id, each with its photo as it is now; `0` for all that is told."""
        with answering():
            told: Any = self._events(
                keys=[album_key(album_id, part) for part in ("events", "order", "decisions")],
                args=[f"({after}", limit, photo_hash(""), *_SHOWN],
            )
        return [_event(*each) for each in told]

    def last_event(self, album_id: str) -> str:
        """The id of what happened last; `0-0` when nothing did."""
        with answering():
            told: Any = self._redis.xrevrange(album_key(album_id, "events"), count=1)
        return str(told[0][0]) if told else "0-0"

    def events_since(self, album_id: str, event_id: str) -> bool:
        """True for an event of this album after which everything that happened is still told."""
        with answering():
            first: Any = self._redis.xrange(album_key(album_id, "events"), count=1)
        return bool(first) and moment(first[0][0]) <= moment(event_id) <= moment(self.last_event(album_id))

    # -- inside -------------------------------------------------------------------------------------------------------

    def _decided(self, album_id: str, photo_id: str, made: str) -> Decisions:
        with answering():
            told = self._decide(keys=[], args=[album_id, photo_id, BELL_CHANNEL, made])
        if told is None:
            raise PhotoNotFound
        return _decisions(told)


def album_key(album_id: str, part: str | None = None) -> str:
    """The name of an album's hash in Redis, or of a part of it."""
    return f"{PREFIX}album:{album_id}" + (f":{part}" if part else "")


def _decisions(told: list[str]) -> Decisions:
    history = tuple(Decision.read(each) for each in told)
    return Decisions(current=history[-1] if history else None, history=history)


def _latest(told: str) -> Decision:
    return Decision.read(json.loads(told)[-1])


def _event(event_id: str, told: list[str], place: str | None, decided: str | None, shown: list[str | None]) -> Event:
    fields = dict(zip(told[::2], told[1::2], strict=True))
    kind, photo = fields.pop("kind"), fields.pop("photo")
    here = place is not None and shown[0] is not None
    now = _album_photo(None, photo, decided, shown) if here else None
    return Event(str(event_id), kind, photo, Counts.of_fields(fields), now)


def moment(event_id: str) -> tuple[int, ...]:
    """An event's id in a form that sorts."""
    return tuple(int(part) for part in event_id.split("-"))


def _album_photo(rank: int | None, photo_id: str, decided: str | None, shown: list[str | None]) -> AlbumPhoto:
    fields = {name: value for name, value in zip(_SHOWN, shown, strict=True) if value is not None}
    summary, problem = fields.pop("summary", None), fields.pop("problem", None)
    return AlbumPhoto.of_fields(
        {
            "id": photo_id,
            "rank": rank,
            "summary": Summary.read(summary) if summary else None,
            "problem": Problem.read(problem) if problem else None,
            "decision": _latest(decided) if decided else None,
            **fields,
        }
    )
