"""Connections to checked addresses share one deadline."""

import ssl

import httpcore
import pytest

from critic_worker.webhooks.deadline import Deadline
from critic_worker.webhooks.pinned_transport import TimedStream


class Connection(httpcore.NetworkStream):
    closed = False

    def close(self) -> None:
        self.closed = True


def test_a_connection_is_closed_at_a_deadline_before_the_handshake() -> None:
    connection = Connection()
    with pytest.raises(TimeoutError):
        TimedStream(connection, Deadline(0)).start_tls(ssl.create_default_context())
    assert connection.closed
