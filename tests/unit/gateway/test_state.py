"""The state of a gateway."""

import asyncio
from pathlib import Path

from tests.support.ports import free_port

from critic_gateway.settings import GatewaySettings
from critic_gateway.state import open_app_state


def test_a_gateway_starts_while_redis_is_down(tmp_path: Path) -> None:
    settings = GatewaySettings(redis_url=f"redis://127.0.0.1:{free_port()}/0", storage_url=tmp_path.as_uri())

    async def start() -> None:
        async with open_app_state(settings) as state:
            assert state.uploads.intake.jobs is state.stores.jobs
            assert state.api_keys.open_to_all

    asyncio.run(start())
