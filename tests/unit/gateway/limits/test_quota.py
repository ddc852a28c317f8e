"""Daily photo quotas in Redis."""

from datetime import UTC, datetime

import pytest
import redis
from tests.unit.gateway.limits.keys import api_key

from critic_core.contracts.errors import QuotaExceeded
from critic_gateway.limits.quota import PhotoQuota, next_day

ANN, UNLIMITED = api_key(photos_per_day=3), api_key("bob")


@pytest.fixture
def quota(client: "redis.Redis") -> PhotoQuota:
    return PhotoQuota(client)


def test_a_reservation_is_limited_to_the_remaining_photos(quota: PhotoQuota) -> None:
    assert [quota.reserve(ANN, photos).photos for photos in (2, 2, 2)] == [2, 1, 0]
    assert quota.used(ANN) == 3


def test_a_refund_makes_photos_available_again(quota: PhotoQuota) -> None:
    reservation = quota.reserve(ANN, 3)
    quota.refund(reservation, 2)
    quota.refund(reservation, 0)
    assert (quota.used(ANN), quota.reserve(ANN, 3).photos) == (1, 2)


def test_photos_without_a_limit_are_counted_too(quota: PhotoQuota) -> None:
    assert quota.reserve(UNLIMITED, 1000).photos == 1000
    quota.ensure_remaining(UNLIMITED)
    assert (quota.used(UNLIMITED), quota.used(ANN)) == (1000, 0)


def test_a_used_up_quota_says_when_it_resets(quota: PhotoQuota) -> None:
    quota.ensure_remaining(ANN)
    quota.reserve(ANN, 3)
    with pytest.raises(QuotaExceeded, match=f"resets at {next_day():%Y-%m-%d} 00:00 UTC") as error:
        quota.ensure_remaining(ANN)
    seconds = (next_day() - datetime.now(UTC)).total_seconds()
    assert error.value.retry_after_seconds == pytest.approx(seconds, abs=5)


def test_the_counter_of_a_day_expires(quota: PhotoQuota, client: "redis.Redis") -> None:
    quota.reserve(ANN, 1)
    (counter,) = client.keys("critic:quota:*")
    assert 24 * 3600 < client.ttl(counter) <= 48 * 3600
