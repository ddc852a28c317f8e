"""The server process: it shuts down without dropping a request."""

import asyncio
import socket
import time

import uvicorn
from fastapi import FastAPI

from critic_core.runtime.logs import logger
from critic_gateway.http.bounded_headers import BoundedHeaders
from critic_gateway.settings import GatewaySettings

FINISH_SECONDS = 35
"""Time for requests in progress: a long poll takes at most 30 s."""

log = logger(__name__)


class DrainingServer(uvicorn.Server):
    """Uvicorn with connection draining: after SIGTERM, /livez fails until balancers stop sending requests.

    Without the delay, connections that a balancer opens meanwhile would be dropped. The socket stays open while
    requests are in progress: without an answer on /livez, a balancer would take the gateway for dead, and drop them.
    """

    def __init__(self, app: FastAPI, settings: GatewaySettings) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=BoundedHeaders,
                host=settings.gateway_host,
                port=settings.gateway_port,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # client addresses are not used, so that none can be forged
                timeout_keep_alive=30,
                timeout_graceful_shutdown=FINISH_SECONDS,
            )
        )
        self._app, self._delay = app, settings.gateway_drain_delay_seconds

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain, then shut down."""
        self._app.state.draining = True
        if self._delay:
            log.info("draining", seconds=self._delay)
            await asyncio.sleep(self._delay)
            await self._finish_requests()
        await super().shutdown(sockets)

    async def _finish_requests(self) -> None:
        deadline = time.monotonic() + FINISH_SECONDS
        while (tasks := set(self.server_state.tasks)) and not self.force_exit and time.monotonic() < deadline:
            await asyncio.wait(tasks, timeout=0.5)
        self.config.timeout_graceful_shutdown = max(1, round(deadline - time.monotonic()))
