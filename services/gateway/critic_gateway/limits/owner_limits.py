"""Limits of stored photos and albums, checked before an upload is read; the stores check again, atomically."""

import math
from dataclasses import dataclass

from critic_core.stores.owners import OwnerIndex, OwnerStore, limit_reached
from critic_gateway.settings import GatewaySettings


@dataclass(frozen=True)
class OwnerLimits:
    """Photos and albums of an owner. Without API keys, only the room of the server counts."""

    owners: OwnerStore
    settings: GatewaySettings

    def ensure_photos(self, owner: str) -> None:
        """Raises LimitReached for another photo."""
        if not self.photo_room(owner):
            raise limit_reached(self.settings.owner_photo_limit, OwnerIndex.photos)

    def ensure_albums(self, owner: str) -> None:
        """Raises LimitReached for another album."""
        limit = self.settings.owner_album_limit
        if not self._room(owner, OwnerIndex.albums, limit):
            raise limit_reached(limit, OwnerIndex.albums)

    def photo_room(self, owner: str) -> float:
        """Photos that an owner may still store; infinite without a limit."""
        return self._room(owner, OwnerIndex.photos, self.settings.owner_photo_limit)

    def _room(self, owner: str, kind: OwnerIndex, limit: int) -> float:
        return max(0, limit - self.owners.count(owner, kind)) if limit else math.inf
