"""Loopback ports for the servers that tests start."""

import itertools
import os
import random
import socket

# Below what systems give to connections that go out (Linux from 32768): none of those can take a port between the
# moment it is found and the moment its server listens. Test processes that run side by side have a thousand each.
FIRST, PORTS_PER_PROCESS = 20_000, 1_000

_begin = FIRST + PORTS_PER_PROCESS * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_order = list(range(_begin, _begin + PORTS_PER_PROCESS))
random.shuffle(_order)  # two test runs on one machine
_ports = itertools.cycle(_order)


def free_port() -> int:
    """A port nobody listens on, another one each time."""
    return next(port for port in _ports if _is_free(port))


def free_ports(count: int) -> list[int]:
    """So many of them."""
    return [free_port() for _ in range(count)]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: what was closed just now is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
