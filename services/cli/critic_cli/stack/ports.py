"""Ports: find free ones, and say plainly when the wanted one is not."""

import errno
import socket
from contextlib import ExitStack

from critic_cli.refusal import Refusal

LOOPBACK = "127.0.0.1"


def free_ports(count: int, host: str = LOOPBACK) -> list[int]:
    """Ports that nobody listens on just now, all different."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((host, 0))
        return [int(each.getsockname()[1]) for each in sockets]


def port_problem(host: str, port: int) -> str | None:
    """Why nobody can listen there, as a sentence; None when one can."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections do not count
            probe.bind(address)
    except OSError as error:
        return _sentence(host, port, error)
    return None


def require_free(host: str, port: int) -> None:
    """Refusal unless one can listen there."""
    if problem := port_problem(host, port):
        raise Refusal(problem)


def _sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another program. Stop that one, or choose another port: "
            f"photo-critic up --port {port + 1 if port < 65535 else 8000}"
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs administrator rights. Choose one above 1023, for example --port 8000."
    return f"Cannot listen on {host}, port {port}: {error.strerror}. Choose another with --host and --port."
