"""Request rates in Redis: bursts, waiting times, headers."""

import time

import pytest
import redis
from tests.unit.gateway.limits.keys import api_key

from critic_core.contracts.errors import RateLimited
from critic_gateway.limits.rate_limit import RateLimit, RateLimitStatus, burst_size

ANN = api_key(requests_per_second=2)


@pytest.fixture
def rate_limit(client: "redis.Redis") -> RateLimit:
    return RateLimit(client)


@pytest.mark.parametrize(("rate", "burst"), [(0.1, 1), (1, 2), (2, 4), (20, 40)])
def test_a_burst_is_the_requests_of_two_seconds(rate: float, burst: int) -> None:
    assert burst_size(api_key(requests_per_second=rate)) == burst


def test_a_burst_is_counted_down_and_then_exceeded(rate_limit: RateLimit) -> None:
    statuses = [rate_limit.count(ANN) for _ in range(5)]
    assert [status.remaining for status in statuses] == [3, 2, 1, 0, 0]
    for status in statuses[:4]:
        status.raise_if_exceeded()
    with pytest.raises(RateLimited, match="2 requests a second") as error:
        statuses[4].raise_if_exceeded()
    assert error.value.retry_after_seconds == 1


def test_a_request_is_possible_again_after_the_wait(rate_limit: RateLimit) -> None:
    key = api_key(requests_per_second=10)
    while not (wait := rate_limit.count(key).wait_seconds):
        pass
    time.sleep(wait + 0.02)
    assert rate_limit.count(key).wait_seconds == 0


def test_keys_do_not_share_a_rate(rate_limit: RateLimit) -> None:
    for _ in range(5):
        rate_limit.count(ANN)
    assert rate_limit.count(api_key("bob", requests_per_second=2)).remaining == 3


def test_headers_have_the_policy_and_the_remaining_requests() -> None:
    assert RateLimitStatus(ANN, 1, 0).headers == {
        "RateLimit-Policy": '"requests";q=4;w=2',
        "RateLimit": '"requests";r=1;t=2',
    }
