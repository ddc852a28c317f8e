"""A slow storage: readiness answers in time, and requests that need no storage are as fast as ever."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.unit.gateway.application import Application

from critic_core.runtime.storage import Storage
from critic_gateway.http.storage_threads import STORAGE_THREADS


@pytest.fixture
def hanging(gateway: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """Every operation of the storage waits for the end of the test."""
    photo_id, finish = gateway.new_photo(), threading.Event()
    size_and_chunks, check = Storage.size_and_chunks, Storage.check

    def slow_read(storage: Storage, key: str) -> tuple[int, Iterator[bytes]]:
        finish.wait(20)
        return size_and_chunks(storage, key)

    def slow_check(storage: Storage) -> None:
        finish.wait(20)
        check(storage)

    monkeypatch.setattr(Storage, "size_and_chunks", slow_read)
    monkeypatch.setattr(Storage, "check", slow_check)
    with ThreadPoolExecutor(STORAGE_THREADS + 20) as readers:
        for _ in range(STORAGE_THREADS + 20):
            readers.submit(gateway.http.get, f"/v1/photos/{photo_id}/original")
        yield gateway
        finish.set()


def test_requests_without_storage_do_not_wait_for_it(hanging: Application) -> None:
    began = time.monotonic()
    assert hanging.http.get("/readyz").status_code == 503
    assert time.monotonic() - began < 4
    began = time.monotonic()
    assert hanging.http.get("/livez").status_code == 200
    assert hanging.http.get("/v1/albums").status_code == 200
    assert hanging.http.post("/v1/albums", json={}).status_code == 201
    assert time.monotonic() - began < 4
