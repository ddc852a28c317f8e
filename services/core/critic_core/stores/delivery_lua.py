"""What a change of state means for webhooks, as Lua that the scripts of the stores begin with.

The outbox takes an event in the same step that makes it one, so that no crash between the two can lose it. It holds
subjects, `photo:<id>` or `album:<id>`, by the time of their last event; nothing else is known about an event until
its delivery is made from it.
"""

OUTBOX = "critic:webhooks:outbox"
OUTBOX_KEPT = 100_000  # the newest: where nobody delivers, this is 10 MB and not all of Redis

ANNOUNCE = f"""
local function announce(subject)
  if redis.call('HEXISTS', 'critic:' .. subject, 'callback_url') == 0 then return end
  local now = redis.call('TIME')
  redis.call('ZADD', '{OUTBOX}', now[1] .. '.' .. string.format('%06d', now[2]), subject)
  redis.call('ZREMRANGEBYRANK', '{OUTBOX}', 0, -{OUTBOX_KEPT + 1})
end
"""
