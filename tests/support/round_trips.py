"""Round trips to Redis from this process: commands, scripts and pipelines, each with its wait for a reply."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from redis.connection import AbstractConnection

MEASURING_THREADS = ("admission", "headroom", "batches")  # no request waits for these


@contextmanager
def round_trips() -> Iterator[list[bytes]]:
    """The first words of every round trip within the block, in their order."""
    sent: list[bytes] = []
    send = AbstractConnection.send_packed_command

    def record(connection: AbstractConnection, command: Any, check_health: bool = True) -> Any:
        if not threading.current_thread().name.startswith(MEASURING_THREADS):
            sent.append(b"".join(command if isinstance(command, list | tuple) else [command])[:80])
        return send(connection, command, check_health)  # type: ignore[no-untyped-call]  # redis-py types part of itself

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AbstractConnection, "send_packed_command", record)
        yield sent
