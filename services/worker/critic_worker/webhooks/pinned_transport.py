"""Connections that go to addresses checked before, and keep one deadline over all that is done with them.

httpcore's own timeouts are for each read: a receiver that sends a byte now and then would hold a connection for ever.
"""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from critic_core.runtime.webhooks.addresses import Address
from critic_worker.webhooks.deadline import Deadline


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to the first of the addresses that answers, whatever the host's name would resolve to now."""

    def __init__(self, addresses: list[Address], deadline: Deadline) -> None:
        self._addresses, self._deadline = addresses, deadline
        self._system = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Each address gets its share of the time that is left; the last one's error is told."""
        for number, address in enumerate(self._addresses):
            last = number == len(self._addresses) - 1
            share = self._deadline.left() / (len(self._addresses) - number)
            try:
                stream = self._system.connect_tcp(str(address), port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if last:
                    raise
            else:
                return TimedStream(stream, self._deadline)
        raise httpcore.ConnectError("no address")


class TimedStream(httpcore.NetworkStream):
    """A connection whose every step gets the time that is left, and no more."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """As the connection's own."""
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """As the connection's own, in pieces, since its timeout begins anew with each piece that went out."""
        for start in range(0, len(buffer), _PIECE_BYTES):
            self._stream.write(buffer[start : start + _PIECE_BYTES], self._deadline.left())

    def close(self) -> None:
        """As the connection's own."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """As the connection's own; the certificate must be for the name in the URL, whatever the address is."""
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """As the connection's own."""
        return self._stream.get_extra_info(info)


_PIECE_BYTES = 16_384
