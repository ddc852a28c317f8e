"""Lookups of names, within a deadline."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from critic_core.runtime.outbound.addresses import Address
from critic_worker.webhooks.deadline import Deadline
from critic_worker.webhooks.resolver import with_deadline


def test_a_lookup_keeps_the_deadline() -> None:
    unblock = threading.Event()

    def stuck(_: str, __: int) -> list[Address]:
        unblock.wait(30)
        return []

    with ThreadPoolExecutor(1) as threads:
        with pytest.raises(TimeoutError):
            with_deadline(stuck, threads)("example.com", 443, Deadline(0.05))
        unblock.set()
