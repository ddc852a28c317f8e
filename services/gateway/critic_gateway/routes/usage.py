"""What a key may still do today."""

from datetime import datetime

from fastapi import APIRouter

from critic_core.contracts.base import Contract
from critic_core.contracts.errors import MissingApiKey, InvalidApiKey, QueueUnavailable, RateLimited
from critic_gateway.auth.api_keys import ApiKey
from critic_gateway.dependencies import Caller, PartsHere
from critic_gateway.http.problems import responses
from critic_gateway.limits.quota import next_day
from critic_gateway.limits.rate_limit import burst_of

router = APIRouter(tags=["usage"])


class PhotosToday(Contract):
    """Photos accepted today, by UTC. Without `limit` and `remaining` there is no limit."""

    used: int
    limit: int | None = None
    remaining: int | None = None
    resets_at: datetime


class RequestRate(Contract):
    """Requests a second in the long run, and how many may come at once after a pause."""

    per_second: float
    burst: int


class Usage(Contract):
    """The caller's own key, its limits and what is used of them."""

    key: str
    expires_at: datetime | None = None
    photos: PhotosToday
    requests: RequestRate | None = None


@router.get(
    "/v1/usage",
    summary="What may I still send today?",
    response_model_exclude_none=True,
    responses=responses(MissingApiKey, InvalidApiKey, RateLimited, QueueUnavailable),
)
def usage(parts: PartsHere, key: Caller) -> Usage:
    """The limits of the key that asks, and what is used of them. Photos count when they are accepted."""
    rate = RequestRate(per_second=key.requests_per_second, burst=burst_of(key)) if key.requests_per_second else None
    return Usage(key=key.name, expires_at=key.expires, photos=_photos(key, parts.quota.used(key)), requests=rate)


def _photos(key: ApiKey, used: int) -> PhotosToday:
    if not key.photos_per_day:
        return PhotosToday(used=used, resets_at=next_day())
    left = max(0, key.photos_per_day - used)
    return PhotosToday(used=used, limit=key.photos_per_day, remaining=left, resets_at=next_day())
