"""Connections and shared state of the sender's threads."""

from collections.abc import Callable
from dataclasses import dataclass

from critic_core.runtime.outbound.addresses import Address
from critic_core.stores.deliveries import DeliveryLease, DeliveryStore
from critic_worker.webhooks.attempt_limiter import AttemptLimiter
from critic_worker.webhooks.deadline import Deadline
from critic_worker.webhooks.events import SubjectStores
from critic_worker.webhooks.settings import SenderSettings


@dataclass(frozen=True)
class SenderContext:
    """All members are thread-safe."""

    settings: SenderSettings
    stores: SubjectStores
    deliveries: DeliveryStore
    attempt_limiter: AttemptLimiter
    resolve: Callable[[str, int, Deadline], list[Address]]
    dispatch: Callable[[DeliveryLease], None]
    dispatched: Callable[[], int]
    """The number of dispatched deliveries in the queue."""
