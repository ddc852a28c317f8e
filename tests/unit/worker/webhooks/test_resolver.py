"""Lookups of names, within a deadline."""

import threading
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

import pytest

from critic_core.runtime.outbound.addresses import Address
from critic_worker.webhooks.deadline import Deadline
from critic_worker.webhooks.resolver import resolve, with_deadline


def test_the_systems_lookup() -> None:
    assert ip_address("127.0.0.1") in resolve("localhost", 80)


def test_a_lookup_keeps_the_deadline() -> None:
    unblock = threading.Event()

    def stuck(_: str, __: int) -> list[Address]:
        unblock.wait(30)
        return []

    with ThreadPoolExecutor(1) as threads:
        with pytest.raises(TimeoutError):
            with_deadline(stuck, threads)("example.com", 443, Deadline(0.05))
        unblock.set()
