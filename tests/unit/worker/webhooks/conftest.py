"""Receivers that misbehave, on real sockets."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
import redis
from tests.support.scripted_server import ScriptedServer
from tests.unit.worker.webhooks.sender_stack import ALLOWED, MakeSender, SenderStack

Script = Callable[[socket.socket], None]


class RawServer:
    """Takes one connection after the other, reads a request, and then does what the script says."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self.taken = 0
        self.heard: list[bytes] = []
        self.stopping = threading.Event()
        self._script, self._tls = script, tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            self.taken += 1
            with connection:
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        with suppress(OSError), self._secured(connection) as talking:  # that the other side leaves is what is tested
            self.heard.append(_request(talking))
            self._script(talking)

    def _secured(self, connection: socket.socket) -> socket.socket:
        return self._tls.wrap_socket(connection, server_side=True) if self._tls else connection


def _request(connection: socket.socket) -> bytes:
    """A request whose body is in braces, or whatever came before the other side fell silent."""
    heard = b""
    while not heard.endswith(b"}"):
        heard += (part := connection.recv(65_536))
        if not part or not heard.startswith(b"POST"):
            return heard
    return heard


Serve = Callable[..., RawServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    started: list[RawServer] = []

    def start(script: Script, tls: ssl.SSLContext | None = None) -> RawServer:
        started.append(RawServer(script, tls))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def make_sender(client: "redis.Redis") -> MakeSender:
    """A sender by the answers of its DNS server, and its settings."""
    return lambda *names, **settings: SenderStack(client, *names, **settings)


@pytest.fixture
def receiver() -> Iterator[ScriptedServer]:
    """A receiver at the allowed address."""
    server = ScriptedServer(ALLOWED)
    yield server
    server.stop()
