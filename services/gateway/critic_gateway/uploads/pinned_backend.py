"""Connections to checked addresses, without another lookup of the host's name."""

from collections.abc import Iterable, Sequence
from typing import Any

import httpcore

from critic_core.runtime.outbound.addresses import Address


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects to the first of the addresses that accepts. Certificates must be for the name in the URL."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._addresses, self._system = addresses, httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises the last address's error."""
        failure: Exception = httpcore.ConnectError("no address")
        for address in self._addresses:
            try:
                return await self._system.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure
