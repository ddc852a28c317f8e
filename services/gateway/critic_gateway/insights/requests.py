"""Requests for insights: a worker computes, the gateway long-polls and serves."""

from dataclasses import dataclass
from functools import partial

from celery import Celery

from critic_core.contracts.album import ALBUM_QUEUE
from critic_core.contracts.errors import InsightPending, PhotoNotFound
from critic_core.contracts.insight import INSIGHT_TASK
from critic_core.runtime.queue import send
from critic_core.stores.insights import Insight, InsightStore, insight_key
from critic_gateway.notifications.long_poll import LongPoll
from critic_gateway.notifications.subscriber import ChangeSubscriber

RESEND_SECONDS = 20.0  # in case the task was lost


@dataclass(frozen=True)
class InsightRequests:
    """Insights of photos that are done."""

    insights: InsightStore
    changes: ChangeSubscriber
    queue: Celery

    async def get(self, photo_id: str, name: str, wait_seconds: float) -> Insight:
        """The insight of that name, one of INSIGHTS. InsightPending at the timeout, PhotoNotFound without a preview."""
        read = partial(self._computed_or_requested, photo_id, name)
        poll = LongPoll(self.changes, wait_seconds, RESEND_SECONDS)
        return _with_content(await poll.computed(insight_key(photo_id, name), read, InsightPending))

    def _computed_or_requested(self, photo_id: str, name: str) -> Insight | None:
        insight = self.insights.get(photo_id, name)
        if insight is None and self.insights.acquire_request(photo_id, name, RESEND_SECONDS):
            send(self.queue, INSIGHT_TASK, ALBUM_QUEUE, photo_id, name, expires=RESEND_SECONDS)
        return insight


def _with_content(insight: Insight) -> Insight:
    if insight == Insight():
        raise PhotoNotFound("The photo's preview is gone.")
    return insight
