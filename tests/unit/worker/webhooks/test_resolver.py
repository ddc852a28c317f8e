"""All addresses of a name are checked, and only checked addresses are used."""

import threading
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address, ip_network

import pytest

from critic_core.contracts.errors import InvalidCallbackUrl
from critic_core.runtime.webhooks.addresses import Address
from critic_core.runtime.webhooks.callback import parse_callback
from critic_worker.webhooks.deadline import Deadline
from critic_worker.webhooks.resolver import check_addresses, resolve, with_deadline

INSIDE = (ip_network("127.0.0.0/8"),)


def addresses(*texts: str) -> list[Address]:
    return [ip_address(text) for text in texts]


@pytest.mark.parametrize(
    "found",
    [
        ("127.0.0.1",), ("8.8.8.8", "127.0.0.1"), ("2606:4700::1111", "fd00::1"), ("169.254.169.254",),
        ("::ffff:10.0.0.1",), ("fe80::1%eth0",), (),
    ],
)  # fmt: skip
def test_one_private_address_refuses_the_name(found: tuple[str, ...]) -> None:
    with pytest.raises(InvalidCallbackUrl):
        check_addresses(addresses(*found), parse_callback("https://example.com/", ()), ())


def test_public_addresses_are_called_in_their_order() -> None:
    found = addresses("2606:4700::1111", "8.8.8.8")
    assert check_addresses(found, parse_callback("https://example.com/", ()), ()) == found


@pytest.mark.parametrize(("found", "taken"), [("127.0.0.1", True), ("8.8.8.8", False), ("10.0.0.1", False)])
def test_plain_http_stays_in_the_allowed_networks(found: str, taken: bool) -> None:
    callback = parse_callback("http://receiver/", INSIDE)
    if taken:
        assert check_addresses(addresses(found), callback, INSIDE) == addresses(found)
        return
    with pytest.raises(InvalidCallbackUrl):
        check_addresses(addresses(found), callback, INSIDE)


def test_the_systems_lookup() -> None:
    assert ip_address("127.0.0.1") in resolve("localhost", 80)


def test_a_lookup_keeps_the_deadline() -> None:
    unblock = threading.Event()

    def stuck(_: str, __: int) -> list[Address]:
        unblock.wait(30)
        return []

    with ThreadPoolExecutor(1) as threads:
        with pytest.raises(TimeoutError):
            with_deadline(stuck, threads)("example.com", 443, Deadline(0.05))
        unblock.set()
