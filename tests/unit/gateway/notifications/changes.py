"""Tests of subscriptions inside an event loop."""

import asyncio
from collections.abc import Awaitable, Callable

from critic_gateway.notifications.subscriber import ChangeSubscriber


def with_changes(url: str, test: Callable[[ChangeSubscriber], Awaitable[None]]) -> None:
    """Run a test with a subscription."""

    async def run() -> None:
        changes = ChangeSubscriber(url)
        async with changes.subscribed():
            await asyncio.wait_for(test(changes), 20)

    asyncio.run(run())


async def subscribed(changes: ChangeSubscriber) -> None:
    """Wait until the subscription is made: it notifies every watcher."""
    with changes.watch("any") as changed:
        await asyncio.wait_for(changed.wait(), 10)
