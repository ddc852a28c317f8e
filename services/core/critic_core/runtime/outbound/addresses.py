"""Addresses that callers may name: the public internet, and networks allowed by the operator.

`ipaddress.is_global` is not enough: the definition differs between Python versions, and includes 6to4, NAT64 and
IPv4-compatible forms of 127.0.0.1. Here public means: for IPv6, the global unicast range except special-purpose
networks; for IPv4, all addresses except special-purpose networks.
Source: https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry, 2025
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_SPECIAL_IPV4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # behind a carrier's NAT
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # the host of every Azure machine, although in a public range
        "169.254.0.0/16",  # link-local, the metadata of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_PUBLIC_IPV6 = IPv6Network("2000::/3")  # outside: loopback, IPv4-mapped, NAT64, unique local, link-local, multicast
_SPECIAL_IPV6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)


def is_within(address: Address, networks: Iterable[Network]) -> bool:
    """True if a network contains the address."""
    return any(address.version == network.version and address in network for network in networks)


def is_public(address: Address) -> bool:
    """True for an address of the public internet."""
    if isinstance(address, IPv4Address):
        return not is_within(address, _SPECIAL_IPV4)
    return address in _PUBLIC_IPV6 and address.scope_id is None and not is_within(address, _SPECIAL_IPV6)
