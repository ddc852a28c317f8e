"""What Prometheus is told of the sender: how its tries end, and what waits."""

from collections.abc import Iterator

from prometheus_client import REGISTRY, Counter, Gauge, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from critic_core.contracts.errors import QueueUnavailable
from critic_core.contracts.webhook import Delivery
from critic_core.runtime.metrics import BuildInfo
from critic_core.stores.deliveries import DeliveryStore
from critic_worker.webhooks.settings import SenderSettings

TRIES = Counter(
    "critic_webhook_tries",
    "Tries to deliver, by how they ended and what that made of the delivery",
    ["outcome", "state"],
)
IN_WORK = Gauge("critic_webhook_tries_in_work", "Tries under way in this sender")


def observe(tried: Delivery) -> None:
    """Count the last try of a delivery."""
    TRIES.labels(tried.attempts[-1].outcome.value, tried.state.value).inc()


def serve(settings: SenderSettings, deliveries: DeliveryStore) -> None:
    """Serve the metrics of this process, where a port is set."""
    if settings.webhook_metrics_port:
        REGISTRY.register(BuildInfo("webhooks"))
        REGISTRY.register(Waiting(deliveries))
        start_http_server(settings.webhook_metrics_port, settings.webhook_metrics_host)


class Waiting(Collector):
    """What waits, read when asked; the gateway tells the same, also where no sender runs."""

    def __init__(self, deliveries: DeliveryStore) -> None:
        self._deliveries = deliveries

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """No gauges while Redis is away: no figure is better than a wrong one."""
        try:
            waiting, oldest = self._deliveries.waiting(), self._deliveries.oldest_due_seconds()
        except QueueUnavailable:
            return
        yield GaugeMetricFamily("critic_webhooks_waiting", "Events not yet delivered nor given up", value=waiting)
        yield GaugeMetricFamily(
            "critic_webhooks_oldest_seconds", "For how long the event that is longest due has been due", value=oldest
        )
