"""Prometheus metrics of the sender: outcomes of attempts, and pending events."""

from collections.abc import Iterator

from prometheus_client import REGISTRY, Counter, Gauge, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from critic_core.contracts.errors import QueueUnavailable
from critic_core.contracts.webhook import Delivery
from critic_core.runtime.metrics import BuildInfo
from critic_core.stores.deliveries import DeliveryStore
from critic_worker.webhooks.settings import SenderSettings

ATTEMPTS = Counter(
    "critic_webhook_attempts", "Attempts, by outcome and by the delivery's state after it", ["outcome", "state"]
)
IN_PROGRESS = Gauge("critic_webhook_attempts_in_progress", "Attempts in progress in this sender")


def observe(delivery: Delivery) -> None:
    """Count the last attempt of a delivery."""
    ATTEMPTS.labels(delivery.attempts[-1].outcome.value, delivery.state.value).inc()


def serve(settings: SenderSettings, deliveries: DeliveryStore) -> None:
    """Serve the metrics of this process; does nothing without a port."""
    if settings.webhook_metrics_port:
        REGISTRY.register(BuildInfo("webhooks"))
        REGISTRY.register(PendingEvents(deliveries))
        start_http_server(settings.webhook_metrics_port, settings.webhook_metrics_host)


class PendingEvents(Collector):
    """Pending events at scrape time. The gateway exports the same gauges, also without a sender."""

    def __init__(self, deliveries: DeliveryStore) -> None:
        self._deliveries = deliveries

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges; none while Redis is down, since no figure is better than a wrong one."""
        try:
            pending, oldest = self._deliveries.pending(), self._deliveries.oldest_due_seconds()
        except QueueUnavailable:
            return
        yield GaugeMetricFamily("critic_webhooks_pending", "Events neither delivered nor failed", value=pending)
        yield GaugeMetricFamily(
            "critic_webhooks_oldest_pending_seconds", "Time since the oldest due event became due", value=oldest
        )
