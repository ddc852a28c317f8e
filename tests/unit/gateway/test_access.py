"""API keys."""

import hashlib

import pytest
from starlette.requests import HTTPConnection

from critic_core.contracts.errors import ApiKeyMissing, ApiKeyWrong
from critic_gateway.access import ANYBODY, caller

DIGESTS = tuple(hashlib.sha256(key).hexdigest() for key in (b"alpha", b"beta"))


def asking(**headers: str) -> HTTPConnection:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "http", "headers": raw})


def test_without_keys_anybody_comes_in() -> None:
    assert caller(asking(), ()) == ANYBODY


@pytest.mark.parametrize("headers", [{"x_api_key": "beta"}, {"authorization": "Bearer beta"}])
def test_a_known_key_names_its_caller_by_digest(headers: dict[str, str]) -> None:
    assert caller(asking(**headers), DIGESTS) == DIGESTS[1]


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic beta"}, {"authorization": "Bearer "}])
def test_no_key_is_told_apart(headers: dict[str, str]) -> None:
    with pytest.raises(ApiKeyMissing):
        caller(asking(**headers), DIGESTS)


@pytest.mark.parametrize("key", ["gamma", DIGESTS[0]])
def test_a_wrong_key_stays_out_even_when_it_is_the_digest(key: str) -> None:
    with pytest.raises(ApiKeyWrong):
        caller(asking(x_api_key=key), DIGESTS)
