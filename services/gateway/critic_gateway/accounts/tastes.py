"""An owner's taste: a worker trains it on request, the gateway long-polls and serves."""

from dataclasses import dataclass
from functools import partial

from celery import Celery

from critic_core.contracts.album import ALBUM_QUEUE
from critic_core.contracts.errors import TasteNotFound, TastePending
from critic_core.contracts.taste import TASTE_TASK, Taste, TasteExport
from critic_core.runtime.queue import send
from critic_core.stores.tastes import TasteStore, taste_key
from critic_gateway.notifications.long_poll import LongPoll
from critic_gateway.notifications.subscriber import ChangeSubscriber

RESEND_SECONDS = 20.0  # in case the task was lost


@dataclass(frozen=True)
class TasteRequests:
    """Tastes, trained on all decisions of their owners."""

    tastes: TasteStore
    changes: ChangeSubscriber
    queue: Celery

    async def get(self, owner: str, wait_seconds: float) -> Taste:
        """The taste of all decisions so far; as it was, for one that is off. TastePending at the timeout."""
        poll = LongPoll(self.changes, wait_seconds, RESEND_SECONDS)
        read = partial(self._trained_or_requested, owner)
        return await poll.computed(taste_key(owner), read, TastePending)

    def export(self, owner: str) -> TasteExport:
        """The taste as a file. TasteNotFound before the first training."""
        export = self.tastes.export(owner)
        if export is None:
            raise TasteNotFound
        return export

    def _trained_or_requested(self, owner: str) -> Taste | None:
        taste = self.tastes.get(owner)
        if not taste.enabled or self.tastes.is_current(owner):
            return taste
        if self.tastes.acquire_request(owner, RESEND_SECONDS):
            send(self.queue, TASTE_TASK, ALBUM_QUEUE, owner, expires=RESEND_SECONDS)
        return None
