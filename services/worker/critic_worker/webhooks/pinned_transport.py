"""Connections to checked addresses, with one deadline over all steps.

httpcore's own timeouts are for each read: a receiver that sends a byte now and then would hold a connection for ever.
"""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from critic_core.runtime.outbound.addresses import Address
from critic_worker.webhooks.deadline import Deadline

_CHUNK_BYTES = 16_384


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to the first of the addresses that accepts, without another lookup of the host's name."""

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
        """Each address gets its share of the remaining time. Raises the last address's error."""
        for number, address in enumerate(self._addresses):
            is_last = number == len(self._addresses) - 1
            share = self._deadline.remaining() / (len(self._addresses) - number)
            try:
                stream = self._system.connect_tcp(str(address), port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if is_last:
                    raise
            else:
                return TimedStream(stream, self._deadline)
        raise httpcore.ConnectError("no address")


class TimedStream(httpcore.NetworkStream):
    """A connection with the remaining time as the timeout of every step."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """As of the wrapped connection."""
        return self._stream.read(max_bytes, self._deadline.remaining())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """In chunks, since the wrapped connection's timeout restarts with each chunk that went out."""
        for start in range(0, len(buffer), _CHUNK_BYTES):
            self._stream.write(buffer[start : start + _CHUNK_BYTES], self._deadline.remaining())

    def close(self) -> None:
        """As of the wrapped connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """As of the wrapped connection. The certificate must be for the name in the URL, whatever the address."""
        try:
            seconds = self._deadline.remaining()
        except TimeoutError:
            self.close()  # as a failed handshake does: httpcore forgets the connection
            raise
        return TimedStream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """As of the wrapped connection."""
        return self._stream.get_extra_info(info)
