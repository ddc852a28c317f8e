"""What the sender's threads stand in."""

from collections.abc import Callable
from dataclasses import dataclass

from critic_core.runtime.webhooks.addresses import Address
from critic_core.stores.deliveries import DeliveryStore, Ticket
from critic_worker.webhooks.deadline import Deadline
from critic_worker.webhooks.events import Stores
from critic_worker.webhooks.host_limiter import Lanes
from critic_worker.webhooks.settings import SenderSettings


@dataclass(frozen=True)
class Place:
    """Connections, and what all tries share. All of it may be used by many threads."""

    settings: SenderSettings
    stores: Stores
    deliveries: DeliveryStore
    lanes: Lanes
    look_up: Callable[[str, int, Deadline], list[Address]]
    hand_out: Callable[[Ticket], None]
    handed_out: Callable[[], int]
