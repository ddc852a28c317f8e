"""Limits of stored photos and albums, checked at the begin of a request: concurrent requests may exceed a limit."""

from dataclasses import dataclass

from critic_core.contracts.errors import LimitReached
from critic_core.stores.owners import Kind, OwnerStore
from critic_gateway.settings import GatewaySettings


@dataclass(frozen=True)
class OwnerLimits:
    """Photos and albums of an owner. Without API keys, only the room of the server counts."""

    owners: OwnerStore
    settings: GatewaySettings

    def ensure_photos(self, owner: str) -> None:
        """Raises LimitReached for another photo."""
        self._ensure(owner, Kind.photos, self.settings.max_owner_photos)

    def ensure_albums(self, owner: str) -> None:
        """Raises LimitReached for another album."""
        self._ensure(owner, Kind.albums, self.settings.max_owner_albums)

    def _ensure(self, owner: str, kind: Kind, limit: int) -> None:
        if self.settings.has_api_keys and self.owners.count(owner, kind) >= limit:
            raise LimitReached(f"The limit is {limit:,} {kind.value}; delete some, or wait until they expire.")
