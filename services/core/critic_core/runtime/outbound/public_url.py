"""Validation of URLs that callers name, without DNS.

A URL is parsed once, strictly, and then used as parts: parsers that disagree about the host of a URL would allow a
bypass of the check. Every request resolves the host and checks the addresses.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

from critic_core.runtime.outbound.addresses import Address, Network, is_public, is_within

LONGEST_URL = 2048
_PORTS = {"https": 443, "http": 80}
_PRINTABLE = re.compile(r"[!-~]+")  # ASCII without spaces; international hosts as xn--…
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")  # 2130706433, 0177.0.0.1, 0x7f.1: addresses to some resolvers


class UnsafeUrl(ValueError):
    """The URL, or an address of its host, is not allowed; the message is a sentence for the caller."""


@dataclass(frozen=True)
class PublicUrl:
    """The parts of an allowed URL. `address` is the host if the host is an address."""

    scheme: str
    host: str
    port: int
    target: str
    address: Address | None

    @property
    def authority(self) -> str:
        """The value of the header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def parse_public_url(url: str, private: tuple[Network, ...]) -> PublicUrl:
    """The parts of an allowed URL. Raises UnsafeUrl, with the reason.

    `private` are allowed private networks. Any such network also allows names without a dot and plain http, which
    `check_addresses` restricts to the networks.
    """
    if len(url) > LONGEST_URL or not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise UnsafeUrl(f"The URL has more than {LONGEST_URL} characters, or some that no URL has.")
    try:
        url_parts = urlsplit(url)
        host, port = (url_parts.hostname or ""), url_parts.port
    except ValueError:
        raise UnsafeUrl("The URL is not a URL.") from None
    _check_scheme(url_parts.scheme, private)
    if "@" in url_parts.netloc or "#" in url:
        raise UnsafeUrl("The URL must have neither credentials nor a fragment.")
    target = (url_parts.path or "/") + (f"?{url_parts.query}" if url_parts.query else "")
    port = _PORTS[url_parts.scheme] if port is None else port
    public_url = PublicUrl(url_parts.scheme, host, port, target, _address(host, bracketed="[" in url_parts.netloc))
    _check_host(public_url, private)
    _check_port(port)
    return public_url


def _check_scheme(scheme: str, private: tuple[Network, ...]) -> None:
    if scheme not in _PORTS or (scheme == "http" and not private):
        raise UnsafeUrl("The URL must begin with https://.")


def _address(host: str, bracketed: bool) -> Address | None:
    try:
        return IPv6Address(host) if bracketed else IPv4Address(host)
    except ValueError:
        if bracketed:
            raise UnsafeUrl("The URL's host is not an address.") from None
        return None


def _check_host(url: PublicUrl, private: tuple[Network, ...]) -> None:
    if url.address is not None:
        check_address(url.address, url.scheme, private)
        return
    labels = url.host.split(".")
    if len(url.host) > 253 or not all(map(_LABEL.fullmatch, labels)) or _NUMBER.fullmatch(labels[-1]):
        raise UnsafeUrl("The URL's host is not a name.")
    if len(labels) == 1 and not private:
        raise UnsafeUrl("The URL's host is a name of a private network.")


def check_address(address: Address, scheme: str, private: tuple[Network, ...]) -> None:
    """Allow public addresses by https, and addresses of allowed networks. Raises UnsafeUrl."""
    if is_within(address, private):
        return
    if scheme != "https" or not is_public(address):
        raise UnsafeUrl("The URL's host is not on the public internet.")


def _check_port(port: int) -> None:
    """Ports below 1024 belong to other protocols, and some servers would execute lines of a POST."""
    if port not in _PORTS.values() and port < 1024:
        raise UnsafeUrl("The URL's port must be 443, 80, or 1024 and above.")


def check_addresses(addresses: list[Address], url: PublicUrl, private: tuple[Network, ...]) -> list[Address]:
    """The addresses, if all of them are allowed: a private address beside a public one is an attack.

    Raises UnsafeUrl. The caller connects to these addresses: a second lookup could return others.
    """
    for address in addresses:
        check_address(address, url.scheme, private)
    if not addresses:
        raise UnsafeUrl("The URL's host has no address.")
    return addresses
