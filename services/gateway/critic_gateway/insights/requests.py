"""Requests for insights: a worker computes, the gateway long-polls and serves."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from celery import Celery
from starlette.concurrency import run_in_threadpool

from critic_core.contracts.album import ALBUM_QUEUE
from critic_core.contracts.errors import InsightPending, PhotoNotFound
from critic_core.contracts.insight import INSIGHT_TASK
from critic_core.runtime.queue import send
from critic_core.stores.insights import Insight, InsightStore, insight_key
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
        deadline = asyncio.get_running_loop().time() + wait_seconds
        with self.changes.watch(insight_key(photo_id, name)) as changed:
            while True:
                changed.clear()
                if insight := await run_in_threadpool(self.insights.get, photo_id, name):
                    return _with_content(insight)
                await run_in_threadpool(self._request, photo_id, name)
                remaining = deadline - asyncio.get_running_loop().time()
                if remaining <= 0:
                    raise InsightPending
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), min(remaining, RESEND_SECONDS))

    def _request(self, photo_id: str, name: str) -> None:
        if self.insights.acquire_request(photo_id, name, RESEND_SECONDS):
            send(self.queue, INSIGHT_TASK, ALBUM_QUEUE, photo_id, name, expires=RESEND_SECONDS)


def _with_content(insight: Insight) -> Insight:
    if insight == Insight():
        raise PhotoNotFound("The photo's preview is gone.")
    return insight
