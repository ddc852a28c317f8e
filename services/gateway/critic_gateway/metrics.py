"""What the gateway counts. Labels come from bounded sets: route templates, never paths; codes, never messages."""

from prometheus_client import REGISTRY, Counter, Gauge, Histogram

from critic_core.runtime.metrics import BuildInfo

REGISTRY.register(BuildInfo("gateway"))

REQUESTS = Counter("critic_http_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "critic_http_request_seconds",
    "Time from a request's first byte to the end of its answer",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
UPLOADED_BYTES = Counter("critic_uploaded_bytes_total", "Bytes of photos put into storage")
ACCEPTED = Counter("critic_photos_accepted_total", "Photos accepted and enqueued")
REFUSED = Counter("critic_photos_rejected_total", "Photos refused at the door", ["code"])
BACKLOG = Gauge("critic_backlog_photos", "Photos queued, reserved or running")
WAIT = Gauge(
    "critic_expected_wait_seconds", "How long a photo that comes now will wait, at the pace of the last seconds"
)
WEBHOOKS = Gauge("critic_webhooks_pending", "Events that are not yet delivered to their callback URL, nor given up")
WEBHOOKS_OLDEST = Gauge("critic_webhooks_oldest_pending_seconds", "For how long the event that is longest due has been due")
OLDEST = Gauge("critic_oldest_queued_seconds", "How long the photo that has waited longest has waited")
BACKLOG_LIMIT = Gauge("critic_backlog_limit_photos", "Backlog from which on uploads get 429")
DEAD_LETTERS = Gauge("critic_dead_letters", "Photos set aside because they brought their worker down")
READY = Gauge("critic_gateway_ready", "1 when this part of readiness is well", ["check"])
STORAGE_FREE = Gauge("critic_storage_free_bytes", "Room left for photos; no figure where storage is a bucket")
REDIS_MEMORY = Gauge("critic_redis_memory_bytes", "What Redis holds")
REDIS_MEMORY_LIMIT = Gauge("critic_redis_memory_limit_bytes", "What Redis may hold; 0 is no limit")
REDIS_PERSISTS = Gauge("critic_redis_persists", "1 when Redis keeps an append-only file and last wrote it well")
REDIS_CLIENTS = Gauge("critic_redis_clients", "Connections to Redis")
REDIS_EVICTED = Gauge("critic_redis_evicted_keys", "Keys that Redis dropped for want of memory, since it was started")
FOLLOWERS = Gauge("critic_album_followers", "Connections that follow an album's events")
KEY_PHOTOS = Counter("critic_api_key_photos_total", "Photos accepted, by the API key's name in the settings", ["key"])
KEY_LIMITED = Counter("critic_api_key_rejections_total", "Requests that an API key's limits refused", ["key", "code"])
