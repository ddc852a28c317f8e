"""Albums in Redis: photos, ranking, decisions and events.

`album_lua.py` explains the layout of an album. The job store owns the photos and updates the album with every change.
All keys of an album expire together.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis

from critic_core.contracts.album import (
    Album,
    AlbumChanges,
    AlbumPhoto,
    Choice,
    Counts,
    Decision,
    Decisions,
    JointDecision,
    PhotoFeatures,
    RankingOrder,
    Summary,
)
from critic_core.contracts.critique import PhotoKind
from critic_core.contracts.errors import AlbumFull, AlbumNotFound, PhotoNotFound, Problem
from critic_core.contracts.group_correction import GroupCorrection, in_order
from critic_core.contracts.photo import Photo
from critic_core.runtime.redis_client import CHANGE_CHANNEL, KEY_PREFIX, redis_errors
from critic_core.stores.album_lua import ALBUM, PENDING, SUFFIXES
from critic_core.stores.album_result_lua import ALBUM_RESULTS
from critic_core.stores.delivery_lua import FORGET_DELIVERIES
from critic_core.stores.jobs import EXPIRY, hash_arguments, photo_hash
from critic_core.stores.new_photo import NEW_PHOTO, NO_TERMS, Terms, limit_error, new_photo_arguments
from critic_core.stores.owner_lua import OWNER
from critic_core.stores.owners import MAX_SCANNED, OwnerIndex, limit_reached
from critic_core.stores.photo_queue_lua import QUEUED
from critic_core.stores.share_lua import SHARE

ALBUM_EXPIRY = f"{KEY_PREFIX}albums:expiry"
MAX_DECISIONS = 100  # of one photo: nobody undoes further back
_LIST_FIELDS = ("state", "file_name", "path", "media_type", "size_bytes", "sha256", "reference", "summary", "problem")

_CREATE = f"""{OWNER}
if is_full(ARGV[3], 'albums', ARGV[4]) then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 5))
redis.call('EXPIREAT', KEYS[1], math.floor(ARGV[2]))
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
add_to_owner(ARGV[3], 'albums', ARGV[1])
return 1
"""
_MARK_DELETED = f"""#!lua flags=allow-oom
{OWNER}{SHARE}{ALBUM_RESULTS}{FORGET_DELIVERIES}
forget_deliveries('album:' .. ARGV[1])
local owner = redis.call('HGET', KEYS[1], 'owner')
if redis.call('DEL', KEYS[1]) == 0 then return 0 end
delete_results(ARGV[1], owner)
redis.call('ZADD', KEYS[2], 'XX', ARGV[2], ARGV[1])
remove_from_owner(owner, 'albums', ARGV[1])
delete_shares(ARGV[1])
redis.call('PUBLISH', ARGV[3], ARGV[1])
return 1
"""
_PURGE = f"""#!lua flags=allow-oom
{OWNER}{ALBUM_RESULTS}{FORGET_DELIVERIES}
forget_deliveries('album:' .. ARGV[1])
delete_results(ARGV[1], false)
redis.call('ZREM', KEYS[1], ARGV[1])
for index = 2, #KEYS do redis.call('DEL', KEYS[index]) end
remove_from_owner(false, 'albums', ARGV[1])
"""
_ADD = f"""{ALBUM}{NEW_PHOTO}
local album, sha256, album_limit, channel = unpack(ARGV, 11, 14)
if redis.call('EXISTS', album_key(album)) == 0 then return 'deleted' end
local duplicate = redis.call('HGET', album_key(album, 'bytes'), sha256)
if duplicate then return duplicate end
if redis.call('ZCARD', album_key(album, 'order')) >= tonumber(album_limit) then return 'full' end
local found = limit_violation()
if found then return found end
store(redis.call('EXPIRETIME', album_key(album)), 15)
redis.call('HSET', album_key(album, 'bytes'), sha256, photo)
local path = redis.call('HGET', KEYS[1], 'path') or redis.call('HGET', KEYS[1], 'file_name') or ''
redis.call('HSET', album_key(album, 'names'), photo, path)
redis.call('ZADD', album_key(album, 'order'), {PENDING}, photo)
record_event(channel, album, 'photo_added', photo)
return photo
"""
_GET = f"""{ALBUM}
local fields = redis.call('HGETALL', KEYS[1])
return #fields > 0 and {{fields, {{counts(ARGV[1])}}}} or false
"""
_PAGE = """
local order, start, last, worst = KEYS[1], 0, ARGV[1], ARGV[5] == 'worst'
local function count_before()
  if worst then return redis.call('ZCOUNT', order, '-inf', last == '' and '(0' or '(' .. ARGV[2]) end
  return last == '' and 0 or redis.call('ZCOUNT', order, '(' .. ARGV[2], '+inf')
end
local rank = last ~= '' and redis.call(worst and 'ZRANK' or 'ZREVRANK', order, last)
start = rank and rank + 1 or count_before()
local rows, total = {}, redis.call('ZCARD', order)
for index, photo in ipairs(redis.call(worst and 'ZRANGE' or 'ZREVRANGE', order, start, start + ARGV[3] - 1)) do
  local number = worst and total - start - index + 1 or start + index
  table.insert(rows, {number, photo, redis.call('ZSCORE', order, photo), redis.call('HGET', KEYS[2], photo),
    redis.call('HGET', KEYS[3], photo), redis.call('HMGET', ARGV[4] .. photo, unpack(ARGV, 6))})
end
return {rows, start + #rows < total}
"""
_EVENTS = """
local rows = {}
for _, event in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])) do
  local photo = event[2][4]
  table.insert(rows, {event[1], event[2], redis.call('ZSCORE', KEYS[2], photo), redis.call('HGET', KEYS[3], photo),
    redis.call('HGET', KEYS[4], photo), redis.call('HMGET', ARGV[3] .. photo, unpack(ARGV, 4))})
end
return rows
"""
_DECIDE = f"""{ALBUM}
local album, photo, history = ARGV[1], ARGV[2], {{}}
if not redis.call('ZSCORE', album_key(album, 'order'), photo) then return false end
local stored = redis.call('HGET', album_key(album, 'decisions'), photo)
if stored then history = cjson.decode(stored) end
if ARGV[4] == '' then table.remove(history) else table.insert(history, ARGV[4]) end
if #history > {MAX_DECISIONS} then table.remove(history, 1) end
if #history == 0 then redis.call('HDEL', album_key(album, 'decisions'), photo)
else redis.call('HSET', album_key(album, 'decisions'), photo, cjson.encode(history)) end
record_event(ARGV[3], album, 'decision', photo)
return history
"""
_DECIDE_JOINTLY = f"""{ALBUM}
local album, channel, text = ARGV[1], ARGV[2], ARGV[3]
local decision = cjson.decode(text)
local function is_recorded(history)
  for _, entry in ipairs(history) do
    if cjson.decode(entry).id == decision.id then return true end
  end
  return false
end
for index = 4, #ARGV do
  local photo, made = ARGV[index], cjson.decode(text)
  local stored = redis.call('HGET', album_key(album, 'decisions'), photo)
  local history = stored and cjson.decode(stored) or {{}}
  local latest = #history > 0 and cjson.decode(history[#history]) or {{}}
  if not is_recorded(history) and redis.call('ZSCORE', album_key(album, 'order'), photo) then
    if made.flag == nil then made.flag = latest.flag end
    if made.stars == nil then made.stars = latest.stars end
    table.insert(history, cjson.encode(made))
    if #history > {MAX_DECISIONS} then table.remove(history, 1) end
    redis.call('HSET', album_key(album, 'decisions'), photo, cjson.encode(history))
    record_event(channel, album, 'decision', photo)
  end
end
"""
_WITHDRAW = f"""{ALBUM}
local album, channel, id, limit = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local decisions, withdrawn = redis.call('HGETALL', album_key(album, 'decisions')), 0
for index = 1, #decisions, 2 do
  local photo, stored = decisions[index], decisions[index + 1]
  if withdrawn < limit and string.find(stored, id, 1, true) then
    local history, remaining = cjson.decode(stored), {{}}
    for _, entry in ipairs(history) do
      if cjson.decode(entry).id ~= id then table.insert(remaining, entry) end
    end
    -- The text may stand elsewhere: in a time, or in a longer id.
    if #remaining < #history then
      if #remaining == 0 then redis.call('HDEL', album_key(album, 'decisions'), photo)
      else redis.call('HSET', album_key(album, 'decisions'), photo, cjson.encode(remaining)) end
      record_event(channel, album, 'decision', photo)
      withdrawn = withdrawn + 1
    end
  end
end
return withdrawn
"""
_CHANGE = f"""{ALBUM}
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], 'keep') else redis.call('HSET', KEYS[1], 'keep', ARGV[3]) end
record_event(ARGV[2], ARGV[1], 'album_changed', '')
return 1
"""
_WITHDRAWN_AT_ONCE = 1000  # photos: a script blocks Redis


@dataclass(frozen=True)
class Cursor:
    """The last photo of a page: its id, and its sort key in case it is deleted before the next page."""

    photo_id: str
    rank_key: float


@dataclass(frozen=True)
class Page:
    """A page of a ranking, and the cursor of the next page; none after the last photo."""

    photos: tuple[AlbumPhoto, ...]
    following: Cursor | None


@dataclass(frozen=True)
class Event:
    """A change in an album, with the photo as it is now. Ids ascend."""

    id: str
    kind: str
    photo_id: str | None  # none for a change of the album itself
    counts: Counts
    photo: AlbumPhoto | None


@dataclass(frozen=True)
class Snapshot:
    """The finished photos of an album at one moment; every mapping is by photo id."""

    revision: int
    decision_revision: int
    features: dict[str, PhotoFeatures]
    decisions: dict[str, Decision]
    paths: dict[str, str]  # or names, where the client sent no path
    sha256: dict[str, str]
    corrections: tuple[GroupCorrection, ...] = ()  # in the order in which they apply


class AlbumStore:
    """Albums by id. Every method raises QueueUnavailable when Redis does not respond."""

    def __init__(self, client: "redis.Redis", clock: Callable[[], float] | None = None) -> None:
        self._redis = client
        self._now = clock or (lambda: datetime.now(UTC).timestamp())
        self._create = client.register_script(_CREATE)
        self._mark_deleted = client.register_script(_MARK_DELETED)
        self._purge = client.register_script(_PURGE)
        self._add = client.register_script(_ADD)
        self._get = client.register_script(_GET)
        self._page = client.register_script(_PAGE)
        self._events = client.register_script(_EVENTS)
        self._decide = client.register_script(_DECIDE)
        self._decide_jointly = client.register_script(_DECIDE_JOINTLY)
        self._withdraw = client.register_script(_WITHDRAW)
        self._change = client.register_script(_CHANGE)

    # -- the album itself ---------------------------------------------------------------------------------------------

    def create(self, album: Album, owner_limit: int = 0) -> None:
        """Store a new album; Redis drops it at `expires_at`.

        Raises LimitReached when its owner has `owner_limit` albums; 0 is no limit.
        """
        fields = album.model_dump(mode="json", exclude={"id", "counts"}, exclude_none=True)
        arguments = [text for pair in fields.items() for text in map(str, pair)]
        args: list[Any] = [album.id, album.expires_at.timestamp(), album.owner, owner_limit, *arguments]
        with redis_errors():
            created = self._create(keys=[album_key(album.id), ALBUM_EXPIRY], args=args)
        if not created:
            raise limit_reached(owner_limit, OwnerIndex.albums)

    def get(self, album_id: str, owner: str | None = None) -> Album:
        """The album and its counts at one moment. Raises AlbumNotFound, also for an album of another owner."""
        with redis_errors():
            reply: Any = self._get(keys=[album_key(album_id)], args=[album_id])
        album = _album(album_id, *reply) if reply else None
        if album is None or owner not in (None, album.owner):
            raise AlbumNotFound
        return album

    def get_all(self, album_ids: list[str]) -> list[Album]:
        """The albums that still exist, in the order of the ids."""
        with redis_errors(), self._redis.pipeline(transaction=False) as pipe:
            for album_id in album_ids:
                self._get(keys=[album_key(album_id)], args=[album_id], client=pipe)
            replies = pipe.execute()
        return [_album(album_id, *reply) for album_id, reply in zip(album_ids, replies, strict=True) if reply]

    def change(self, album_id: str, changes: AlbumChanges) -> None:
        """Change an album's fields. Raises AlbumNotFound."""
        keep = "" if changes.keep is None else repr(changes.keep)
        with redis_errors():
            if not self._change(keys=[album_key(album_id)], args=[album_id, CHANGE_CHANNEL, keep]):
                raise AlbumNotFound

    def mark_deleted(self, album_id: str) -> None:
        """Hide the album at once, without its deliveries, and list it in `expired`. Raises AlbumNotFound.

        Its photos stay in `photos` until `purge`, so that an interrupted deletion can be resumed.
        """
        keys = [album_key(album_id), ALBUM_EXPIRY]
        with redis_errors():
            if not self._mark_deleted(keys=keys, args=[album_id, self._now(), CHANGE_CHANNEL]):
                raise AlbumNotFound

    def photos(self, album_id: str) -> list[str]:
        """The ids of the photos of an album."""
        with redis_errors():
            return [str(photo_id) for photo_id in self._redis.zrange(album_key(album_id, "order"), 0, -1)]

    def purge(self, album_id: str) -> None:
        """Delete the remaining keys of an album whose photos are deleted."""
        with redis_errors():
            names = [album_key(album_id, suffix) for suffix in SUFFIXES]
            self._purge(keys=[ALBUM_EXPIRY, *names], args=[album_id])

    def expired(self, limit: int = 10) -> list[str]:
        """Albums past their time to live, until `purge`."""
        with redis_errors():
            found = self._redis.zrange(ALBUM_EXPIRY, "-inf", self._now(), byscore=True, offset=0, num=limit)
        return [str(album_id) for album_id in found]

    # -- photos and ranking -------------------------------------------------------------------------------------------

    def add(self, photo: Photo, limit: int, terms: Terms = NO_TERMS) -> str:
        """Add a new photo as queued. Returns its id, or that of the photo with the same bytes in the album.

        Raises AlbumNotFound, AlbumFull when the album has `limit` photos, LimitReached or QuotaExceeded.
        """
        of_album = [photo.album, photo.sha256, limit, CHANGE_CHANNEL]
        args: list[Any] = [*new_photo_arguments(photo, self._now(), terms), *of_album, *hash_arguments(photo)]
        with redis_errors():
            reply = str(self._add(keys=[photo_hash(photo.id), QUEUED, EXPIRY], args=args))
        if reply == "deleted":
            raise AlbumNotFound
        if reply == "full":
            raise AlbumFull(f"An album holds {limit:,} photos at most; make another one.")
        if error := limit_error(reply, terms):
            raise error
        return reply

    def page(
        self,
        album_id: str,
        after: Cursor | None,
        limit: int,
        order: RankingOrder = RankingOrder.best,
        kind: PhotoKind | None = None,
    ) -> Page:
        """At most `limit` photos of the ranking, after the cursor. For a kind, MAX_SCANNED photos are read."""
        cursor: list[Any] = [after.photo_id, after.rank_key] if after else ["", 0]
        read = max(limit, MAX_SCANNED) if kind else limit
        with redis_errors():
            rows, more = self._page(
                keys=[album_key(album_id, part) for part in ("order", "decisions", "favourites")],
                args=[*cursor, read, photo_hash(""), order, *_LIST_FIELDS],
            )
        photos, last = list[AlbumPhoto](), None
        for rank, photo_id, rank_key, decisions, favourites, fields in rows:
            if len(photos) == limit:
                return Page(tuple(photos), last)
            last = Cursor(photo_id, float(rank_key))
            if fields[0]:  # not expired
                photo = _album_photo(rank if last.rank_key >= 0 else None, photo_id, decisions, favourites, fields)
                photos += [photo] if _is_of_kind(photo, kind) else []
        return Page(tuple(photos), last if more else None)

    def snapshot(self, album_id: str) -> Snapshot:
        """The input of grouping and selection. Raises AlbumNotFound."""
        with redis_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hmget(album_key(album_id), "revision", "decision_revision")
            for part in ("features", "decisions", "names", "bytes", "corrections"):
                pipe.hgetall(album_key(album_id, part))
            (revision, decision_revision), features, decisions, names, by_bytes, corrections = pipe.execute()
        if revision is None:
            raise AlbumNotFound
        return Snapshot(
            int(revision),
            int(decision_revision),
            {photo_id: PhotoFeatures.read(text) for photo_id, text in features.items()},
            {photo_id: _latest(text) for photo_id, text in decisions.items()},
            names,
            {photo_id: sha256 for sha256, photo_id in by_bytes.items()},
            in_order(corrections.values()),
        )

    # -- decisions ----------------------------------------------------------------------------------------------------

    def decide(self, album_id: str, photo_id: str, choice: Choice) -> Decisions:
        """Record a choice; earlier ones stay for undo. Raises PhotoNotFound."""
        made = Decision(flag=choice.flag, stars=choice.stars, at=datetime.fromtimestamp(self._now(), UTC))
        return self._record_decision(album_id, photo_id, made.model_dump_json(exclude_none=True))

    def undo(self, album_id: str, photo_id: str) -> Decisions:
        """Remove the latest decision, if there is one; the one before it holds again. Raises PhotoNotFound."""
        return self._record_decision(album_id, photo_id, "")

    def decide_jointly(self, album_id: str, decision: JointDecision) -> None:
        """Record one decision about several photos. A repeated decision changes nothing."""
        choice = decision.model_dump(mode="json", exclude_unset=True, exclude={"photos"})
        text = json.dumps(choice | {"at": datetime.fromtimestamp(self._now(), UTC).isoformat()})
        with redis_errors():
            self._decide_jointly(keys=[], args=[album_id, CHANGE_CHANNEL, text, *decision.photos])

    def withdraw(self, album_id: str, decision_id: str) -> None:
        """Remove a joint decision, wherever it stands in the history of its photos; later decisions stay."""
        args: list[Any] = [album_id, CHANGE_CHANNEL, decision_id, _WITHDRAWN_AT_ONCE]
        with redis_errors():
            while self._withdraw(keys=[], args=args) == _WITHDRAWN_AT_ONCE:
                pass

    def decisions(self, album_id: str, photo_id: str) -> Decisions:
        """The decisions about a photo. Raises PhotoNotFound."""
        with redis_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.zscore(album_key(album_id, "order"), photo_id)
            pipe.hget(album_key(album_id, "decisions"), photo_id)
            rank_key, history = pipe.execute()
        if rank_key is None:
            raise PhotoNotFound
        return _decisions(json.loads(history or "[]"))

    def decided(self, album_id: str) -> list[tuple[PhotoFeatures, Decision]]:
        """The finished photos with decisions, by id; none for an album that is gone."""
        with redis_errors():
            decisions: Any = self._redis.hgetall(album_key(album_id, "decisions"))
            photo_ids = sorted(decisions)  # a hash has no order
            features: Any = self._redis.hmget(album_key(album_id, "features"), photo_ids) if photo_ids else []
        rows = zip(features, map(decisions.__getitem__, photo_ids), strict=True)
        return [(PhotoFeatures.read(text), _latest(history)) for text, history in rows if text]

    # -- events -------------------------------------------------------------------------------------------------------

    def events(self, album_id: str, after: str, limit: int = 1000) -> list[Event]:
        """Events after that id, each with its photo as it is now; `0` for all in the stream."""
        with redis_errors():
            rows: Any = self._events(
                keys=[album_key(album_id, part) for part in ("events", "order", "decisions", "favourites")],
                args=[f"({after}", limit, photo_hash(""), *_LIST_FIELDS],
            )
        return [_event(*row) for row in rows]

    def last_event(self, album_id: str) -> str:
        """The id of the latest event; `0-0` when there is none."""
        with redis_errors():
            latest: Any = self._redis.xrevrange(album_key(album_id, "events"), count=1)
        return str(latest[0][0]) if latest else "0-0"

    def events_since(self, album_id: str, event_id: str) -> bool:
        """True for an event of this album after which no event was trimmed from the stream."""
        with redis_errors():
            first: Any = self._redis.xrange(album_key(album_id, "events"), count=1)
        return bool(first) and event_order(first[0][0]) <= event_order(event_id) <= event_order(
            self.last_event(album_id)
        )

    # -- inside -------------------------------------------------------------------------------------------------------

    def _record_decision(self, album_id: str, photo_id: str, decision: str) -> Decisions:
        with redis_errors():
            history = self._decide(keys=[], args=[album_id, photo_id, CHANGE_CHANNEL, decision])
        if history is None:
            raise PhotoNotFound
        return _decisions(history)


def album_key(album_id: str, part: str | None = None) -> str:
    """The name of an album's hash in Redis, or of a part of it."""
    return f"{KEY_PREFIX}album:{album_id}" + (f":{part}" if part else "")


def _album(album_id: str, fields: list[str], counts: list[int]) -> Album:
    photos, pending, done, failed = counts
    by_name = dict(zip(fields[::2], fields[1::2], strict=True))
    return Album.of_fields(
        {"id": album_id, "counts": Counts(photos=photos, pending=pending, done=done, failed=failed), **by_name}
    )


def _decisions(texts: list[str]) -> Decisions:
    history = tuple(Decision.read(text) for text in texts)
    return Decisions(current=history[-1] if history else None, history=history)


def _latest(history: str) -> Decision:
    return Decision.read(json.loads(history)[-1])


def _event(  # noqa: PLR0913, PLR0917 - a row of the script
    event_id: str,
    entry: list[str],
    rank_key: str | None,
    decisions: str | None,
    favourites: str | None,
    values: list[str | None],
) -> Event:
    fields = dict(zip(entry[::2], entry[1::2], strict=True))
    kind, photo_id = fields.pop("kind"), fields.pop("photo")
    exists = rank_key is not None and values[0] is not None
    photo = _album_photo(None, photo_id, decisions, favourites, values) if exists else None
    return Event(str(event_id), kind, photo_id or None, Counts.of_fields(fields), photo)


def event_order(event_id: str) -> tuple[int, ...]:
    """The sort key of an event's id."""
    return tuple(int(part) for part in event_id.split("-"))


def _is_of_kind(photo: AlbumPhoto, kind: PhotoKind | None) -> bool:
    return kind is None or (photo.summary is not None and photo.summary.kind is kind)


def _album_photo(
    rank: int | None, photo_id: str, decisions: str | None, favourites: str | None, values: list[str | None]
) -> AlbumPhoto:
    fields = {name: value for name, value in zip(_LIST_FIELDS, values, strict=True) if value is not None}
    summary, problem = fields.pop("summary", None), fields.pop("problem", None)
    return AlbumPhoto.of_fields(
        {
            "id": photo_id,
            "rank": rank,
            "summary": Summary.read(summary) if summary else None,
            "problem": Problem.read(problem) if problem else None,
            "decision": _latest(decisions) if decisions else None,
            "favourites": len(json.loads(favourites)) if favourites else None,
            **fields,
        }
    )
