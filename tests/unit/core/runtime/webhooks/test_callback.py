"""Callback URLs: allowed ones, and the error of all others."""

import pytest

from critic_core.contracts.errors import InvalidCallbackUrl
from critic_core.runtime.webhooks.callback import parse_callback


def test_a_callback_is_a_public_url() -> None:
    assert parse_callback("https://example.com/in", ()).authority == "example.com"


@pytest.mark.parametrize("url", ["http://example.com/", "https://127.0.0.1/", "no url"])
def test_any_other_url_is_refused_with_the_reason(url: str) -> None:
    with pytest.raises(InvalidCallbackUrl, match=r"The URL"):
        parse_callback(url, ())
