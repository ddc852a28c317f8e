"""The draining server: requests in progress are finished before the shutdown."""

import asyncio
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

from critic_gateway.http.draining_server import DrainingServer
from critic_gateway.settings import GatewaySettings


@pytest.mark.parametrize(("delay", "finished"), [(0.01, True), (0.0, False)])
def test_requests_in_progress_are_finished_before_the_shutdown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, delay: float, finished: bool
) -> None:
    steps: list[str] = []

    async def shutdown(server: uvicorn.Server, sockets: object = None) -> None:
        steps.append("shutdown")

    async def request() -> None:
        await asyncio.sleep(0.1)
        steps.append("request")

    async def run() -> None:
        app = FastAPI()
        server = DrainingServer(app, GatewaySettings(gateway_drain_delay_seconds=delay))
        task = asyncio.create_task(request())
        server.server_state.tasks.add(task)
        task.add_done_callback(server.server_state.tasks.discard)
        await server.shutdown()
        assert app.state.draining
        await task

    monkeypatch.setattr(uvicorn.Server, "shutdown", shutdown)
    asyncio.run(run())
    assert steps == (["request", "shutdown"] if finished else ["shutdown", "request"])
