"""Lua functions of the photo queue; the scripts of the queue and of the job store begin with them.

A lane is a list of owners, in the order of their turns, and for each owner a list of photo ids. A sorted set holds the
ids of all photos of a lane, with equal scores: UUIDv7 sort by time, so that the first one is the oldest photo. The set
also keeps a photo from being queued twice.
"""

from critic_core.contracts.identity import ANONYMOUS
from critic_core.contracts.photo import CRITIQUE_QUEUE
from critic_core.runtime.redis_client import KEY_PREFIX

QUEUED, RUNNING = f"{KEY_PREFIX}queued", f"{KEY_PREFIX}running"
QUEUE = f"{KEY_PREFIX}queue"
SIGNALS = f"{QUEUE}:signals"
MAX_SIGNALS = 16

PHOTO_QUEUE = f"""
local function photo_hash(photo) return '{KEY_PREFIX}photo:' .. photo end
local function owners_key(lane) return '{QUEUE}:' .. lane end
local function ids_key(lane) return '{QUEUE}:' .. lane .. ':ids' end
local function list_key(lane, owner) return '{QUEUE}:' .. lane .. ':of:' .. owner end

local function queue_of(photo)
  local lane, owner = unpack(redis.call('HMGET', photo_hash(photo), 'lane', 'owner'))
  return lane or 'batch', owner or '{ANONYMOUS}'
end

local function is_queued(photo)
  return redis.call('ZSCORE', ids_key(queue_of(photo)), photo) ~= false
end

local function signal()
  if redis.call('LLEN', '{SIGNALS}') < {MAX_SIGNALS} then redis.call('RPUSH', '{SIGNALS}', 1) end
  redis.call('EXPIRE', '{SIGNALS}', 1)
end

local function push(command, photo)
  local lane, owner = queue_of(photo)
  if redis.call('ZADD', ids_key(lane), 0, photo) == 0 then return 0 end
  if redis.call(command, list_key(lane, owner), photo) == 1 then redis.call('RPUSH', owners_key(lane), owner) end
  if lane == 'interactive' then signal() end
  return 1
end

local function enqueue(photo, request_id, traceparent)
  if request_id ~= '' then redis.call('HSET', photo_hash(photo), 'request_id', request_id) end
  if traceparent ~= '' then redis.call('HSET', photo_hash(photo), 'traceparent', traceparent) end
  push('RPUSH', photo)
end

local function withdraw(photo)
  local lane, owner = queue_of(photo)
  if redis.call('ZREM', ids_key(lane), photo) == 0 then return end
  redis.call('LREM', list_key(lane, owner), 1, photo)
  if redis.call('EXISTS', list_key(lane, owner)) == 0 then redis.call('LREM', owners_key(lane), 1, owner) end
end
"""
"""`push` with RPUSH queues a photo behind the owner's others, with LPUSH before them. `signal` ends a `wait`."""

TICKETS = f"""
local function ticket_key(ticket) return '{QUEUE}:ticket:' .. ticket end
local function tickets_key(worker) return '{QUEUE}:worker:' .. worker end
local function slots_key(worker) return '{QUEUE}:worker:' .. worker .. ':slots' end

local function finish_ticket(ticket, worker)
  redis.call('DEL', ticket_key(ticket))
  redis.call('SREM', tickets_key(worker), ticket)
  local freed = redis.call('ZREM', slots_key(worker), ticket) == 1
  -- With tickets in the queue, this process takes the next one.
  if freed and redis.call('LLEN', '{CRITIQUE_QUEUE}') == 0 then signal() end
end

local function finish_ticket_of(photo)
  local ticket = redis.call('HGET', photo_hash(photo), 'ticket')
  local worker = ticket and redis.call('LINDEX', ticket_key(ticket), 0)
  if not worker then return end
  for _, id in ipairs(redis.call('LRANGE', ticket_key(ticket), 1, -1)) do
    local state = redis.call('HGET', photo_hash(id), 'state')
    if state == 'queued' or state == 'running' then return end
  end
  finish_ticket(ticket, worker)
end
"""
"""A ticket is a list: its worker, then its photos. It ends with the last one's result; after a requeue, by `finish`."""
