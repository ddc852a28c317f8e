"""Lookups of callbacks' hosts that end in time."""

from collections.abc import Callable
from concurrent.futures import Executor

from critic_core.runtime.outbound.addresses import Address
from critic_worker.webhooks.deadline import Deadline

Resolve = Callable[[str, int], list[Address]]


def with_deadline(resolve: Resolve, threads: Executor) -> Callable[[str, int, Deadline], list[Address]]:
    """A lookup that raises TimeoutError at the deadline: a callback's DNS server can stall the system's own."""

    def resolve_in_time(host: str, port: int, deadline: Deadline) -> list[Address]:
        return threads.submit(resolve, host, port).result(deadline.remaining())

    return resolve_in_time
