"""Free ports, and plain errors for ports in use."""

import errno
import socket
from contextlib import ExitStack

from critic_cli.errors import CommandError

LOOPBACK = "127.0.0.1"


def free_ports(count: int, host: str = LOOPBACK) -> list[int]:
    """Different ports without a listener."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for bound in sockets:
            bound.bind((host, 0))
        return [int(bound.getsockname()[1]) for bound in sockets]


def is_listening(port: int, host: str = LOOPBACK) -> bool:
    """True if a server accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def port_problem(host: str, port: int) -> str | None:
    """The reason against listening there, as a sentence; None for a usable port."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections do not block it
            probe.bind(address)
    except OSError as error:
        return _sentence(host, port, error)
    return None


def require_free(host: str, port: int) -> None:
    """CommandError for an unusable port."""
    if problem := port_problem(host, port):
        raise CommandError(problem)


def _sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another program. Stop that one, or choose another port: "
            f"photo-critic up --port {port + 1 if port < 65535 else 8000}"
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs administrator rights. Choose one above 1023, for example --port 8000."
    return f"Cannot listen on {host}, port {port}: {error.strerror}. Choose another with --host and --port."
