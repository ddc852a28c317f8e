"""Every way in which a photo is queued again: after an outage, alone, after its lease, after its worker, after failing.

Scripts: KEYS[1] is the photo, ARGV[1] its id, ARGV[2] the time.
"""

from critic_core.stores.photo_queue_lua import PHOTO_QUEUE, QUEUED, RUNNING

REQUEUE = f"""
local function requeue(command, photo, now)
  redis.call('HSET', photo_hash(photo), 'state', 'queued')
  redis.call('ZREM', '{RUNNING}', photo)
  redis.call('ZADD', '{QUEUED}', now, photo)
  return push(command, photo)
end
"""
"""After `PHOTO_QUEUE`: `requeue` with RPUSH queues a photo behind the owner's others, with LPUSH before them."""

REQUEUE_AFTER_OUTAGE = f"""#!lua flags=allow-oom
{PHOTO_QUEUE}{REQUEUE}
if redis.call('HGET', KEYS[1], 'state') ~= 'running' then return 1 end
if redis.call('HINCRBY', KEYS[1], 'requeues', 1) > tonumber(ARGV[3]) then return 0 end
redis.call('HINCRBY', KEYS[1], 'claims', -1)
requeue('RPUSH', ARGV[1], ARGV[2])
return 1
"""
"""The claim does not count: no fault of the photo. ARGV[3]: most requeues. With none left, the photo stays running:
queued, it could be claimed with another ticket before it fails, and the slot of its first ticket would stay taken.
"""

REQUEUE_ALONE = f"""#!lua flags=allow-oom
{PHOTO_QUEUE}{REQUEUE}
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'queued' and state ~= 'running' then return 0 end
if state == 'running' then redis.call('HINCRBY', KEYS[1], 'claims', -1) end
redis.call('HSET', KEYS[1], 'alone', 1)
requeue('LPUSH', ARGV[1], ARGV[2])
return 1
"""
"""The photo is claimed alone from now on, since another photo of the batch may have been the cause."""

REQUEUE_EXPIRED_LEASE = f"""#!lua flags=allow-oom
{PHOTO_QUEUE}{REQUEUE}
local state = redis.call('HGET', KEYS[1], 'state')
if not state then redis.call('ZREM', '{QUEUED}', ARGV[1]) redis.call('ZREM', '{RUNNING}', ARGV[1]) return 0 end
local since = redis.call('ZSCORE', state == 'running' and '{RUNNING}' or '{QUEUED}', ARGV[1])
if not since or tonumber(since) > tonumber(ARGV[3]) then return 0 end
if state == 'queued' and is_queued(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'alone', 1)
requeue('LPUSH', ARGV[1], ARGV[2])
return 1
"""
"""ARGV[3]: leases since then are valid. The claim counts."""
