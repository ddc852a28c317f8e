"""Daily photo quotas in Redis."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import redis
from tests.support.critiques import make_photo
from tests.unit.gateway.limits.keys import api_key

from critic_core.contracts.errors import QuotaExceeded
from critic_core.contracts.photo import PhotoState
from critic_core.stores.jobs import JobStore
from critic_core.stores.new_photo import Terms
from critic_gateway.auth.api_keys import ApiKey
from critic_gateway.limits.quota import PhotoQuota, next_day

ANN, UNLIMITED = api_key(photos_per_day=3), api_key("bob")


Use = Callable[[ApiKey, int], None]


@pytest.fixture
def quota(client: "redis.Redis") -> PhotoQuota:
    return PhotoQuota(client)


@pytest.fixture
def use(client: "redis.Redis", quota: PhotoQuota) -> Use:
    """Store photos of a key within its quota."""

    def create(key: ApiKey, photos: int) -> None:
        for _ in range(photos):
            JobStore(client).create(make_photo(PhotoState.queued), Terms(quota=quota.today(key)))

    return create


def test_no_photo_is_stored_beyond_the_quota(quota: PhotoQuota, use: Use, client: "redis.Redis") -> None:
    use(ANN, 3)
    with pytest.raises(QuotaExceeded):
        use(ANN, 1)
    assert (quota.used(ANN), JobStore(client).backlog()) == (3, 3)


def test_a_refund_makes_photos_available_again(quota: PhotoQuota, use: Use) -> None:
    use(ANN, 3)
    for _ in range(2):
        quota.refund(quota.today(ANN))
    use(ANN, 2)
    assert quota.used(ANN) == 3


def test_photos_without_a_limit_are_counted_too(quota: PhotoQuota, use: Use) -> None:
    use(UNLIMITED, 5)
    quota.ensure_remaining(UNLIMITED)
    assert (quota.used(UNLIMITED), quota.used(ANN)) == (5, 0)


def test_a_used_up_quota_says_when_it_resets(quota: PhotoQuota, use: Use) -> None:
    quota.ensure_remaining(ANN)
    use(ANN, 3)
    with pytest.raises(QuotaExceeded, match=f"resets at {next_day():%Y-%m-%d} 00:00 UTC") as error:
        quota.ensure_remaining(ANN)
    seconds = (next_day() - datetime.now(UTC)).total_seconds()
    assert error.value.retry_after_seconds == pytest.approx(seconds, abs=5)


def test_the_counter_of_a_day_expires(use: Use, client: "redis.Redis") -> None:
    use(ANN, 1)
    (counter,) = client.keys("critic:quota:*")
    assert 24 * 3600 < client.ttl(counter) <= 48 * 3600
