"""The process's server: it leaves without dropping a request."""

import asyncio
import socket
import time

import uvicorn
from fastapi import FastAPI

from critic_core.runtime.logs import logger
from critic_gateway.settings import GatewaySettings

FINISH_SECONDS = 35
"""Requests under way get this long: an answer that is waited for takes at most 30 s."""

log = logger(__name__)


class DrainingServer(uvicorn.Server):
    """Told to stop, it says so on /livez and answers on until balancers have left; then it closes its doors.

    Whoever closes first drops connections that a balancer made meanwhile. And the doors stay open for as long as
    requests are under way: a balancer that gets no answer on /livez takes the gateway for dead, and them with it.
    """

    def __init__(self, app: FastAPI, settings: GatewaySettings) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.gateway_host,
                port=settings.gateway_port,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # nothing here depends on who asks from where, so nobody can lie about it
                timeout_keep_alive=30,
                timeout_graceful_shutdown=FINISH_SECONDS,
            )
        )
        self._app, self._delay = app, settings.gateway_drain_delay_seconds

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain, then stop as uvicorn does."""
        self._app.state.leaving = True
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
