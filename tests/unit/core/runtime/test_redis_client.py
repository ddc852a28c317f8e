"""Connections to Redis: the number of attempts with a server that accepts connections and never responds."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
import redis

from critic_core.runtime.redis_client import CommandRetry, connect


@contextmanager
def silent_server() -> Iterator[tuple[str, list[socket.socket]]]:
    """The URL of a server without responses, and the connections that it has accepted."""
    accepted: list[socket.socket] = []

    def accept(listener: socket.socket) -> None:
        while True:
            try:
                accepted.append(listener.accept()[0])
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=accept, args=(listener,))
        thread.start()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0", accepted
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    for connection in accepted:
        connection.close()


def test_a_hanging_server_costs_a_command_its_retries_once() -> None:
    with silent_server() as (url, accepted):
        client = redis.Redis.from_url(url, socket_timeout=0.02, health_check_interval=10, retry=CommandRetry(3))
        for _ in range(2):
            with pytest.raises(redis.TimeoutError):
                client.ping()
        assert len(accepted) == 2 * 4


def test_a_hanging_server_costs_a_probe_two_seconds() -> None:
    with silent_server() as (url, _), connect(url, fail_fast=True) as client:
        began = time.monotonic()
        with pytest.raises(redis.TimeoutError):
            client.ping()
        assert 1.9 < time.monotonic() - began < 3


def test_a_lost_connection_is_replaced_within_a_command(client: "redis.Redis") -> None:
    client.ping()
    connection = client.connection_pool.get_connection()
    assert connection._sock
    connection._sock.shutdown(socket.SHUT_RDWR)
    client.connection_pool.release(connection)
    assert client.ping()
