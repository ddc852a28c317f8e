"""From a callback's host to addresses that may be called."""

import socket
from collections.abc import Callable
from concurrent.futures import Executor
from ipaddress import ip_address

from critic_core.contracts.errors import CallbackRefused
from critic_core.runtime.webhooks.addresses import Address, Network
from critic_core.runtime.webhooks.callback import Callback, check_address
from critic_worker.webhooks.deadline import Deadline

Lookup = Callable[[str, int], list[Address]]


def look_up(host: str, port: int) -> list[Address]:
    """The addresses of a name, in the system's order of preference. OSError when there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(each[4][0])) for each in found))


def bounded(lookup: Lookup, threads: Executor) -> Callable[[str, int, Deadline], list[Address]]:
    """A lookup that keeps a deadline (TimeoutError): the system's own takes as long as a stranger's server likes."""

    def look(host: str, port: int, deadline: Deadline) -> list[Address]:
        return threads.submit(lookup, host, port).result(deadline.left())

    return look


def checked(addresses: list[Address], callback: Callback, private: tuple[Network, ...]) -> list[Address]:
    """The addresses, when every one of them may be called: a name with a private one beside a public one is a trick.

    CallbackRefused otherwise. They are then called as they are: a second lookup could answer otherwise.
    """
    for address in addresses:
        check_address(address, callback.scheme, private)
    if not addresses:
        raise CallbackRefused("The callback URL's host has no address.")
    return addresses
