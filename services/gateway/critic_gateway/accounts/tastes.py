"""An owner's taste: a worker trains it on request, the gateway long-polls and serves."""

from dataclasses import dataclass
from functools import partial

from critic_core.contracts.errors import TasteNotFound, TastePending
from critic_core.contracts.taste import TASTE_TASK, Taste, TasteExport
from critic_core.stores.tastes import TasteStore, taste_key
from critic_gateway.notifications.on_demand import OnDemandResult, OnDemandResults


@dataclass(frozen=True)
class TasteRequests:
    """Tastes, trained on all decisions of their owners."""

    tastes: TasteStore
    on_demand: OnDemandResults

    async def get(self, owner: str, wait_seconds: float) -> Taste:
        """The taste of all decisions so far; as it was, for one that is off. TastePending at the timeout."""
        read = partial(self._trained, owner)
        result = OnDemandResult(taste_key(owner), read, TASTE_TASK, (owner,), TastePending)
        return await self.on_demand.get(result, wait_seconds)

    def export(self, owner: str) -> TasteExport:
        """The taste as a file. TasteNotFound before the first training."""
        export = self.tastes.export(owner)
        if export is None:
            raise TasteNotFound
        return export

    def _trained(self, owner: str) -> Taste | None:
        taste = self.tastes.get(owner)
        return taste if not taste.enabled or self.tastes.is_current(owner) else None
