"""From the name of a host to its addresses."""

import socket
from ipaddress import ip_address

from critic_core.runtime.outbound.addresses import Address


def resolve(host: str, port: int) -> list[Address]:
    """The addresses of a name, in the system's order of preference. OSError without any."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(address[4][0])) for address in found))
