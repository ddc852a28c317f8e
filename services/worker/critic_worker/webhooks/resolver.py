"""From a callback's host to its addresses."""

import socket
from collections.abc import Callable
from concurrent.futures import Executor
from ipaddress import ip_address

from critic_core.runtime.outbound.addresses import Address
from critic_worker.webhooks.deadline import Deadline

Resolve = Callable[[str, int], list[Address]]


def resolve(host: str, port: int) -> list[Address]:
    """The addresses of a name, in the system's order of preference. OSError without any."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(address[4][0])) for address in found))


def with_deadline(resolve: Resolve, threads: Executor) -> Callable[[str, int, Deadline], list[Address]]:
    """A lookup that raises TimeoutError at the deadline: a callback's DNS server can stall the system's own."""

    def resolve_in_time(host: str, port: int, deadline: Deadline) -> list[Address]:
        return threads.submit(resolve, host, port).result(deadline.remaining())

    return resolve_in_time
