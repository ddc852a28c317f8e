"""API keys with limits."""

from critic_gateway.auth.api_keys import ApiKey


def api_key(name: str = "ann", photos_per_day: int = 0, requests_per_second: float = 0) -> ApiKey:
    """An API key with these limits; 0 is no limit."""
    return ApiKey(name=name, sha256=(), photos_per_day=photos_per_day, requests_per_second=requests_per_second)
