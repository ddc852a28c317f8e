"""Claims of chosen photos, as a worker makes them."""

from collections.abc import Sequence

from critic_core.contracts.identity import new_id
from critic_core.stores.photo_queue import ClaimedPhoto, PhotoQueue


def claim(queue: PhotoQueue, photo_ids: Sequence[str], ticket: str = "") -> tuple[ClaimedPhoto, ...]:
    """The photos of a ticket, a new one by default; they are queued first, unless it has photos already."""
    ticket = ticket or new_id()
    if not queue.photos_of_ticket(ticket):
        queue.enqueue(photo_ids)
    return queue.claim(ticket, "tested", len(photo_ids)).photos
