"""Readiness: queue, storage, and the self-tests of workers."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from critic_core.contracts.errors import NotReady, QueueUnavailable, StorageUnavailable
from critic_core.contracts.heartbeat import Heartbeat, SelfTest
from critic_gateway.health import readiness
from critic_gateway.health.probe_clients import ProbeClients
from critic_gateway.health.readiness import Readiness, ReadinessProbe

# In the future, for tests that run long after their import: a heartbeat is too old after a minute.
RECENT = datetime.now(UTC) + timedelta(hours=1)
STALE = datetime.now(UTC) - timedelta(minutes=2)
PASSED = Heartbeat(worker="w1", at=RECENT, model="first", version="1", device="cpu")
FAILED = Heartbeat(worker="w2", at=RECENT, problem=NotReady("Inference is down.").problem())


def test_it_is_ready_with_a_passed_self_test(clients: ProbeClients) -> None:
    clients.worker_status.save_heartbeat(PASSED)
    clients.worker_status.save_heartbeat(FAILED)
    result = ReadinessProbe(clients).check()
    assert result.ready
    assert result.checks["scoring"].detail == "1 workers scored the golden photo (first 1 on cpu)"


@pytest.mark.parametrize(
    ("heartbeats", "detail"),
    [
        ([], "no heartbeat of a worker in the last 60 seconds"),
        ([PASSED.model_copy(update={"at": STALE})], "no heartbeat of a worker"),
        ([FAILED], "Inference is down."),
    ],
)
def test_it_is_not_ready_without_a_passed_self_test(
    clients: ProbeClients, heartbeats: list[Heartbeat], detail: str
) -> None:
    for heartbeat in heartbeats:
        clients.worker_status.save_heartbeat(heartbeat)
    result = ReadinessProbe(clients).check()
    assert {name: check.ok for name, check in result.checks.items()} == {
        "queue": True,
        "storage": True,
        "room": True,
        "scoring": False,
    }
    assert detail in result.checks["scoring"].detail


def test_another_model_may_fail(clients: ProbeClients) -> None:
    good = SelfTest(model="second", version="2", device="cpu")
    bad = SelfTest(model="third", problem=NotReady("It differs.").problem())
    clients.worker_status.save_heartbeat(PASSED.model_copy(update={"other_models": (good, bad)}))
    check = ReadinessProbe(clients).check().checks["scoring"]
    assert check.ok
    assert check.detail.endswith("(first 1 on cpu); second 2 on cpu; third: It differs.")


def test_a_dependency_that_is_down_fails_its_check(clients: ProbeClients, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(error: type[Exception]) -> None:
        raise error

    monkeypatch.setattr(clients.jobs, "backlog", lambda: fail(QueueUnavailable))
    monkeypatch.setattr(clients.worker_status, "heartbeats", lambda newer_than: fail(QueueUnavailable))
    monkeypatch.setattr(clients.storage, "check", lambda: fail(StorageUnavailable))
    result = ReadinessProbe(clients).check()
    assert not any(result.checks[name].ok for name in ("queue", "storage", "scoring"))
    assert result.checks["storage"].detail == "The photo storage does not answer."


def test_a_full_redis_or_storage_fails_its_check_until_there_is_room(
    clients: ProbeClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "MAX_AGE_SECONDS", -1.0)
    probe = ReadinessProbe(clients)
    assert probe.check().checks["room"].ok
    clients.redis.config_set("maxmemory", "1kb")
    assert probe.check().checks["room"].detail.startswith("redis_full")
    clients.redis.config_set("maxmemory", 0)
    assert probe.check().checks["room"].ok
    monkeypatch.setattr(clients.storage, "free_bytes", lambda: 10)
    assert probe.check().checks["room"].detail.startswith("storage_full")


def test_requests_share_a_run_and_do_not_wait_for_a_slow_one(
    clients: ProbeClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe = ReadinessProbe(clients)
    first = probe.check()
    assert probe.check() is first
    monkeypatch.setattr(readiness, "MAX_AGE_SECONDS", -1.0)  # no result is fresh
    began, finish = threading.Event(), threading.Event()

    def slow_run() -> Readiness:
        began.set()
        assert finish.wait(10)
        return Readiness(ready=True, checks={})

    monkeypatch.setattr(probe, "_run", slow_run)
    thread = threading.Thread(target=probe.check)
    thread.start()
    assert began.wait(10)
    assert probe.check() is first
    finish.set()
    thread.join()
