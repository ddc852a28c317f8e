"""What the gateway counts. Labels come from bounded sets: route templates, never paths; codes, never messages."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("critic_http_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "critic_http_request_seconds",
    "Time from a request's first byte to the end of its answer",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
UPLOADED_BYTES = Counter("critic_uploaded_bytes_total", "Bytes of photos put into storage")
ACCEPTED = Counter("critic_photos_accepted_total", "Photos accepted and enqueued")
REFUSED = Counter("critic_photos_refused_total", "Photos refused at the door", ["code"])
BACKLOG = Gauge("critic_backlog_photos", "Photos queued, reserved or running")
WEBHOOKS = Gauge("critic_webhooks_waiting", "Events that are not yet delivered to their callback URL, nor given up")
OLDEST = Gauge("critic_oldest_queued_seconds", "How long the photo that has waited longest has waited")
