"""The transactional outbox of webhooks, as Lua that the scripts of the stores begin with.

A change of state enters the outbox in the same script, so that no crash between the two can lose an event. The outbox
holds subjects, `photo:<id>`, `album:<id>` or `batch:<id>`, by the time of their latest event; deliveries are made from
them later.
"""

from critic_core.runtime.redis_client import KEY_PREFIX

OUTBOX = f"{KEY_PREFIX}webhooks:outbox"
MAX_OUTBOX = 100_000  # the newest: without a sender, 10 MB and not all of Redis

ANNOUNCE = f"""
local function announce(subject)
  if redis.call('HEXISTS', '{KEY_PREFIX}' .. subject, 'callback_url') == 0 then return end
  local now = redis.call('TIME')
  redis.call('ZADD', '{OUTBOX}', now[1] .. '.' .. string.format('%06d', now[2]), subject)
  redis.call('ZREMRANGEBYRANK', '{OUTBOX}', 0, -{MAX_OUTBOX + 1})
end
"""
FORGET_DELIVERIES = f"""
local function forget_deliveries(subject)
  redis.call('ZREM', '{OUTBOX}', subject)
  redis.call('DEL', '{KEY_PREFIX}webhooks:' .. subject)
end
"""
