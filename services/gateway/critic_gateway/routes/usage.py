"""Limits and usage of the caller's API key."""

from datetime import datetime

from fastapi import APIRouter

from critic_core.contracts.base import Contract
from critic_gateway.auth.api_keys import ApiKey
from critic_gateway.dependencies import CallerDep, PhotoQuotaDep
from critic_gateway.limits.quota import next_day
from critic_gateway.limits.rate_limit import burst_size
from critic_gateway.routes.openapi import ACCESS_ERRORS, responses

router = APIRouter(tags=["usage"])


class PhotosToday(Contract):
    """Photos accepted today (UTC). Without a quota, `limit` and `remaining` are missing."""

    used: int
    limit: int | None = None
    remaining: int | None = None
    resets_at: datetime


class RequestRate(Contract):
    """Sustained requests a second, and the most requests at once."""

    per_second: float
    burst: int


class Usage(Contract):
    """The caller's API key with its limits and usage."""

    key: str
    expires_at: datetime | None = None
    photos: PhotosToday
    requests: RequestRate | None = None


@router.get(
    "/v1/usage", summary="Get limits and usage", response_model_exclude_none=True, responses=responses(*ACCESS_ERRORS)
)
def get_usage(quota: PhotoQuotaDep, key: CallerDep) -> Usage:
    """Limits of the caller's API key, and today's usage. A photo counts once it is accepted."""
    rate = RequestRate(per_second=key.requests_per_second, burst=burst_size(key)) if key.requests_per_second else None
    return Usage(key=key.name, expires_at=key.expires, photos=_photos_today(key, quota.used(key)), requests=rate)


def _photos_today(key: ApiKey, used: int) -> PhotosToday:
    if not key.photos_per_day:
        return PhotosToday(used=used, resets_at=next_day())
    remaining = max(0, key.photos_per_day - used)
    return PhotosToday(used=used, limit=key.photos_per_day, remaining=remaining, resets_at=next_day())
