"""Callback URLs: receivers that callers name."""

from critic_core.contracts.errors import InvalidCallbackUrl
from critic_core.runtime.outbound.addresses import Network
from critic_core.runtime.outbound.public_url import PublicUrl, UnsafeUrl, parse_public_url


def parse_callback(url: str, private: tuple[Network, ...]) -> PublicUrl:
    """The parts of a callback URL. Raises InvalidCallbackUrl, with the reason."""
    try:
        return parse_public_url(url, private)
    except UnsafeUrl as error:
        raise InvalidCallbackUrl(f"The callback URL is not allowed. {error}") from None
