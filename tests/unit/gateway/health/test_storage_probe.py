"""The probe of a slow storage answers in time."""

import threading
import time
from pathlib import Path

import pytest

from critic_core.contracts.errors import StorageUnavailable
from critic_core.runtime.storage import Storage
from critic_gateway.health import storage_probe
from critic_gateway.health.storage_probe import StorageProbe


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    monkeypatch.setattr(storage_probe, "WAIT_SECONDS", 0.05)
    return Storage(tmp_path.as_uri())


def test_a_storage_that_answers_is_checked_anew(storage: Storage) -> None:
    probe = StorageProbe(storage)
    assert probe.check().ok
    assert probe.free_bytes is not None


def test_a_storage_that_fails_has_its_error(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise StorageUnavailable

    monkeypatch.setattr(storage, "check", fail)
    assert StorageProbe(storage).check().detail == "The photo storage does not answer."


def test_a_slow_storage_passes_with_its_latest_result_and_then_counts_as_down(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe, finish, checks = StorageProbe(storage), threading.Event(), list[float]()
    assert probe.check().ok

    def slow() -> None:
        checks.append(time.monotonic())
        assert finish.wait(10)

    monkeypatch.setattr(storage, "check", slow)
    assert [probe.check().ok for _ in range(3)] == [True] * 3
    assert len(checks) == 1  # one thread, however often the probe is called
    monkeypatch.setattr(storage_probe, "MAX_AGE_SECONDS", 0.0)
    assert "has not answered" in probe.check().detail
    monkeypatch.setattr(storage_probe, "MAX_AGE_SECONDS", 15.0)
    finish.set()
    assert probe.check().ok
