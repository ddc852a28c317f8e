"""Metrics of the gateway. Labels have few values: route templates instead of paths, codes instead of messages."""

from prometheus_client import REGISTRY, Counter, Gauge, Histogram

from critic_core.runtime.metrics import BuildInfo

REGISTRY.register(BuildInfo("gateway"))

REQUESTS = Counter("critic_http_requests_total", "HTTP requests", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "critic_http_request_seconds",
    "Time from the first byte of a request to the end of its response",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
UPLOADED_BYTES = Counter("critic_uploaded_bytes_total", "Bytes of accepted photos")
ACCEPTED = Counter("critic_photos_accepted_total", "Photos accepted and enqueued")
REUSED = Counter(
    "critic_critiques_reused_total", "Photos finished with the critique of an earlier one of the same bytes"
)
REJECTED = Counter("critic_photos_rejected_total", "Photos rejected at upload", ["code"])
API_KEY_PHOTOS = Counter("critic_api_key_photos_total", "Photos accepted, by name of the API key", ["key"])
API_KEY_REJECTIONS = Counter(
    "critic_api_key_rejections_total", "Requests and photos rejected by the limits of an API key", ["key", "code"]
)
BACKLOG = Gauge("critic_backlog_photos", "Photos queued, reserved or running")
BACKLOG_LIMIT = Gauge("critic_backlog_limit_photos", "Backlog at which uploads of an only owner get 429")
EXPECTED_WAIT = Gauge("critic_expected_wait_seconds", "Expected wait of a new photo, at the current throughput")
QUEUED = Gauge("critic_queued_photos", "Queued photos, by lane", ["lane"])
OLDEST_QUEUED = Gauge("critic_oldest_queued_seconds", "Age of the oldest queued photo", ["lane"])
DEAD_LETTERS = Gauge("critic_dead_letters", "Photos set aside because they crashed their worker")
WEBHOOKS_PENDING = Gauge("critic_webhooks_pending", "Webhook events that are neither delivered nor failed")
WEBHOOKS_OLDEST_PENDING = Gauge(
    "critic_webhooks_oldest_pending_seconds", "Time since the oldest pending webhook event was due"
)
READY = Gauge("critic_gateway_ready", "1 when the readiness check passes", ["check"])
STORAGE_FREE = Gauge("critic_storage_free_bytes", "Free space for photos; NaN for a bucket")
REDIS_MEMORY = Gauge("critic_redis_memory_bytes", "Memory used by Redis")
REDIS_MEMORY_LIMIT = Gauge("critic_redis_memory_limit_bytes", "Memory limit of Redis; 0: no limit")
REDIS_PERSISTS = Gauge("critic_redis_persists", "1 when the append-only file is enabled and its last write succeeded")
LAST_BACKUP = Gauge("critic_last_backup_timestamp_seconds", "Time of the last backup of Redis; 0: none")
REDIS_CLIENTS = Gauge("critic_redis_clients", "Connections to Redis")
REDIS_EVICTED = Gauge("critic_redis_evicted_keys", "Keys evicted by Redis since its start")
EVENT_STREAMS = Gauge("critic_album_event_streams", "Open connections to album event streams")
