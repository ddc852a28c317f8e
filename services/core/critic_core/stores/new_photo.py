"""A new photo enters Redis in one step: stored, counted for its owner and its quota, and queued with its ticket."""

from dataclasses import dataclass

from critic_core.contracts.errors import CriticError, QuotaExceeded
from critic_core.contracts.photo import CRITIQUE_QUEUE, Photo
from critic_core.stores.owner_lua import OWNER
from critic_core.stores.owners import OwnerIndex, limit_reached
from critic_core.stores.photo_queue_lua import PHOTO_QUEUE

QUOTA_SECONDS = 48 * 3600
"""A counter of a day lives a day longer."""


@dataclass(frozen=True)
class Quota:
    """A counter of photos in Redis, none by default, and its limit; 0 is no limit."""

    counter: str = ""
    limit: int = 0


@dataclass(frozen=True)
class QueueEntry:
    """A ticket as the broker stores it, or none; log lines and trace of the upload's request continue in the worker."""

    ticket: str = ""
    request_id: str = ""
    traceparent: str = ""


@dataclass(frozen=True)
class Terms:
    """Limits of a new photo, and its entry in the queue; without a ticket, `PhotoQueue.enqueue` follows."""

    owner_limit: int = 0  # most photos of its owner; 0 is no limit
    quota: Quota = Quota()
    entry: QueueEntry = QueueEntry()


NO_TERMS = Terms()

# A repeated call, after a reply that was lost, changes nothing.
NEW_PHOTO = f"""{OWNER}{PHOTO_QUEUE}
local photo, now, expires, owner, owner_limit = unpack(ARGV, 1, 5)
local counter, quota, ticket, request_id, traceparent = unpack(ARGV, 6, 10)

local function limit_violation()
  if is_full(owner, 'photos', owner_limit) then return 'owner_full' end
  local used = tonumber(quota) > 0 and tonumber(redis.call('GET', counter) or 0)
  return used and used >= tonumber(quota) and 'quota_exceeded'
end

local function count()
  add_to_owner(owner, 'photos', photo)
  if counter == '' then return end
  redis.call('INCR', counter)
  redis.call('EXPIRE', counter, {QUOTA_SECONDS})
end

local function store(expires_at, first_field)
  redis.call('HSET', KEYS[1], unpack(ARGV, first_field))
  redis.call('EXPIREAT', KEYS[1], expires_at)
  redis.call('ZADD', KEYS[2], now, photo)
  redis.call('ZADD', KEYS[3], expires, photo)
  count()
  if ticket == '' then return end
  enqueue(photo, request_id, traceparent)
  redis.call('LPUSH', '{CRITIQUE_QUEUE}', ticket)
end
"""
"""KEYS: hash of the photo, `queued`, `expiry`. ARGV: `new_photo_arguments`, then the script's own, then the fields."""


def new_photo_arguments(photo: Photo, now: float, terms: Terms) -> list[str]:
    """The first ten arguments of a script that begins with NEW_PHOTO."""
    quota, entry = terms.quota, terms.entry
    limits = [photo.owner, terms.owner_limit, quota.counter, quota.limit]
    values = [photo.id, now, photo.expires_at.timestamp(), *limits, entry.ticket, entry.request_id, entry.traceparent]
    return [str(value) for value in values]


def limit_error(limit_violation: str, terms: Terms) -> CriticError | None:
    """LimitReached or QuotaExceeded, as `limit_violation` names them."""
    errors = {"owner_full": limit_reached(terms.owner_limit, OwnerIndex.photos), "quota_exceeded": QuotaExceeded()}
    return errors.get(limit_violation)
