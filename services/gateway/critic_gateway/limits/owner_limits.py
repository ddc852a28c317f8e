"""Limits of stored photos and albums, checked before an upload is read; the stores check again, atomically."""

from dataclasses import dataclass

from critic_core.stores.owners import Kind, OwnerStore, limit_reached
from critic_gateway.settings import GatewaySettings


@dataclass(frozen=True)
class OwnerLimits:
    """Photos and albums of an owner. Without API keys, only the room of the server counts."""

    owners: OwnerStore
    settings: GatewaySettings

    def ensure_photos(self, owner: str) -> None:
        """Raises LimitReached for another photo."""
        self._ensure(owner, Kind.photos, self.settings.owner_photo_limit)

    def ensure_albums(self, owner: str) -> None:
        """Raises LimitReached for another album."""
        self._ensure(owner, Kind.albums, self.settings.owner_album_limit)

    def _ensure(self, owner: str, kind: Kind, limit: int) -> None:
        if limit and self.owners.count(owner, kind) >= limit:
            raise limit_reached(limit, kind)
