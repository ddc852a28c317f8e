"""Public is what anybody on the internet could be at; everything else is refused, in whatever form it is written."""

from ipaddress import ip_address, ip_network

import pytest

from critic_core.runtime.outbound.addresses import is_public, is_within


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "100.63.255.255", "172.15.0.1", "192.0.1.1", "2606:4700::1111"])
def test_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.1",
        "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1",
        "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255",
        "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::8.8.8.8",  # unspecified, loopback, IPv4-compatible
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1",  # IPv4-mapped, IPv4-translated
        "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1",  # NAT64
        "2002:7f00:1::", "2002:808:808::1", "2001::1", "2001:0:4136:e378::1", "2001:20::1",  # 6to4, Teredo, ORCHID
        "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1",
        "100::1", "2001:db8::1", "3fff::1", "5f00::1", "4000::1",  # discard, documentation, not given to anybody
        "2606:4700::1111%eth0",
    ],
)  # fmt: skip
def test_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


def test_networks_of_the_other_family_hold_nothing() -> None:
    networks = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    assert is_within(ip_address("10.1.2.3"), networks)
    assert is_within(ip_address("fd00::1"), networks)
    assert not is_within(ip_address("::ffff:10.1.2.3"), networks)
