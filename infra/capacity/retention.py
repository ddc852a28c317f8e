"""What photos leave behind until they expire: memory of Redis, and bytes in storage."""

from dataclasses import dataclass

from infra.capacity.costs import PhotoCost

USABLE_SHARE = 0.9
"""Of `maxmemory`: above it uploads get 507 (CRITIC_MAX_REDIS_MEMORY_SHARE)."""


@dataclass(frozen=True)
class Retention:
    """Photos that arrive at `rate` a second, on average over day and night, and stay for `hours`."""

    rate: float
    hours: float = 24.0

    @property
    def photos(self) -> float:
        """Stored photos at any time."""
        return self.rate * self.hours * 3600

    def redis_mb(self, retained_kb: dict[str, float]) -> float:
        """Memory of Redis for the records of all stored photos."""
        return self.photos * retained_kb["redis"] / 1000

    def maxmemory_mb(self, retained_kb: dict[str, float]) -> float:
        """The smallest `maxmemory` that holds them without a rejected upload."""
        return self.redis_mb(retained_kb) / USABLE_SHARE

    def storage_gb(self, cost: PhotoCost, retained_kb: dict[str, float]) -> float:
        """Originals and previews of all stored photos."""
        return self.photos * (cost.megabytes + retained_kb["preview"] / 1000) / 1000
