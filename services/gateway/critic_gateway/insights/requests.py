"""Requests for insights: a worker computes, the gateway long-polls and serves."""

from dataclasses import dataclass
from functools import partial

from critic_core.contracts.errors import InsightPending, PhotoNotFound
from critic_core.contracts.insight import INSIGHT_TASK
from critic_core.stores.insights import Insight, InsightStore, insight_key
from critic_gateway.notifications.on_demand import OnDemandResult, OnDemandResults


@dataclass(frozen=True)
class InsightRequests:
    """Insights of photos that are done."""

    insights: InsightStore
    on_demand: OnDemandResults

    async def get(self, photo_id: str, name: str, wait_seconds: float) -> Insight:
        """The insight of that name, one of INSIGHTS. InsightPending at the timeout, PhotoNotFound without a preview."""
        read, key = partial(self.insights.get, photo_id, name), insight_key(photo_id, name)
        result = OnDemandResult(key, read, INSIGHT_TASK, (photo_id, name), InsightPending)
        return _with_content(await self.on_demand.get(result, wait_seconds))


def _with_content(insight: Insight) -> Insight:
    if insight == Insight():
        raise PhotoNotFound("The photo's preview is gone.")
    return insight
