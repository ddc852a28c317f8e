"""Lookups of names by the system."""

from ipaddress import ip_address

from critic_core.runtime.outbound.resolve import resolve


def test_the_systems_lookup() -> None:
    assert ip_address("127.0.0.1") in resolve("localhost", 80)
