"""Authentication of requests."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.gateway.auth.keys import DIGESTS, api_keys, entry, request_with, write_keys

from critic_core.contracts.errors import InvalidApiKey, MissingApiKey
from critic_core.contracts.identity import ANONYMOUS
from critic_gateway.auth.authenticate import authenticate


def test_without_api_keys_every_request_is_anonymous() -> None:
    assert authenticate(request_with(), api_keys()).name == ANONYMOUS
    assert authenticate(request_with(x_api_key="anything"), api_keys()).name == ANONYMOUS


@pytest.mark.parametrize("headers", [{"x_api_key": "beta"}, {"authorization": "Bearer beta"}])
def test_a_key_comes_in_either_header(headers: dict[str, str]) -> None:
    assert authenticate(request_with(**headers), api_keys(api_keys=DIGESTS)).sha256 == (DIGESTS[1],)


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic beta"}, {"authorization": "Bearer "}])
def test_a_request_without_a_key_is_rejected(headers: dict[str, str]) -> None:
    with pytest.raises(MissingApiKey):
        authenticate(request_with(**headers), api_keys(api_keys=DIGESTS))


@pytest.mark.parametrize("secret", ["gamma", DIGESTS[0]])
def test_an_unknown_key_is_rejected(secret: str) -> None:
    with pytest.raises(InvalidApiKey):
        authenticate(request_with(x_api_key=secret), api_keys(api_keys=DIGESTS))


def test_an_expired_key_is_rejected_with_its_time(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    entries = [
        entry(name, name.encode(), f"expires = {(now + timedelta(days=days)).isoformat()}")
        for name, days in (("alpha", 1), ("beta", -1))
    ]
    keys = api_keys(api_keys_toml=write_keys(tmp_path, *entries))
    assert authenticate(request_with(x_api_key="alpha"), keys).name == "alpha"
    with pytest.raises(InvalidApiKey, match="valid until"):
        authenticate(request_with(x_api_key="beta"), keys)


def test_an_empty_file_rejects_every_request(tmp_path: Path) -> None:
    with pytest.raises(MissingApiKey):
        authenticate(request_with(), api_keys(api_keys_toml=write_keys(tmp_path)))
