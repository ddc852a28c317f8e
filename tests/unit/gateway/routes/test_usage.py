"""Limits and usage of an API key."""

from tests.unit.gateway.application import Application
from tests.unit.gateway.conftest import Start


def test_without_limits_only_the_usage_is_there(gateway: Application) -> None:
    gateway.new_photo()
    usage = gateway.http.get("/v1/usage").json()
    assert (usage["key"], usage["photos"]["used"]) == ("anonymous", 1)
    assert set(usage) == {"key", "photos"}
    assert set(usage["photos"]) == {"used", "resets_at"}


def test_limits_and_remaining_photos_are_shown(start: Start) -> None:
    gateway = start(quota_photos_per_day=3, rate_limit_per_second=50)
    gateway.new_photo()
    response = gateway.http.get("/v1/usage")
    usage = response.json()
    assert (usage["photos"]["limit"], usage["photos"]["remaining"]) == (3, 2)
    assert usage["requests"] == {"per_second": 50, "burst": 100}
    assert response.headers["ratelimit-policy"] == '"requests";q=100;w=2'
