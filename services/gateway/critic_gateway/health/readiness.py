"""Readiness: Redis and storage answer and have room, and a worker has scored the golden photo lately."""

import threading
import time
from dataclasses import dataclass

from critic_core.contracts.base import Contract
from critic_core.contracts.errors import CriticError
from critic_core.contracts.heartbeat import SelfTest
from critic_gateway.health.check import Check
from critic_gateway.health.probe_clients import ProbeClients
from critic_gateway.health.storage_probe import StorageProbe
from critic_gateway.limits.headroom import measure_redis

MAX_AGE_SECONDS = 1.0


class Readiness(Contract):
    """The checks by name; ready when all of them pass."""

    ready: bool
    checks: dict[str, Check]


@dataclass(frozen=True)
class _Measurement:
    at: float
    readiness: Readiness

    def is_fresh(self) -> bool:
        return time.monotonic() - self.at <= MAX_AGE_SECONDS


class ReadinessProbe:
    """Runs the checks at most once a second for all requests together (single-flight)."""

    def __init__(self, clients: ProbeClients) -> None:
        self.clients = clients
        self._latest: _Measurement | None = None
        self._running = threading.Lock()
        self._storage = StorageProbe(clients.storage)

    def check(self) -> Readiness:
        """The latest readiness. During a run of the checks, which may be slow, other requests get the previous one."""
        if self._latest and (self._latest.is_fresh() or self._running.locked()):
            return self._latest.readiness
        with self._running:
            if self._latest is None or not self._latest.is_fresh():
                self._latest = _Measurement(time.monotonic(), self._run())
            return self._latest.readiness

    def _run(self) -> Readiness:
        queue, storage = self._queue(), self._storage.check()
        # With Redis down, each further question would take its deadline again.
        room, scoring = (self._room(), self._scoring()) if queue.ok else (queue, queue)
        checks = {"queue": queue, "storage": storage, "room": room, "scoring": scoring}
        return Readiness(ready=all(check.ok for check in checks.values()), checks=checks)

    def _queue(self) -> Check:
        try:
            return Check(ok=True, detail=f"{self.clients.jobs.backlog()} photos queued or running")
        except CriticError as error:
            return Check(ok=False, detail=error.detail)

    def _room(self) -> Check:
        try:
            room = measure_redis(self.clients.redis, self._storage.free_bytes)
        except CriticError as error:
            return Check(ok=False, detail=error.detail)
        if room.redis_full(self.clients.settings):
            return Check(ok=False, detail="redis_full: uploads get 507 until photos are deleted or expire")
        if room.storage_full(self.clients.settings):
            return Check(ok=False, detail="storage_full: uploads get 507 until photos are deleted or expire")
        return Check(ok=True, detail="Redis and storage have room for uploads")

    def _scoring(self) -> Check:
        max_age = self.clients.settings.heartbeat_max_age_seconds
        try:
            heartbeats = self.clients.worker_status.heartbeats(newer_than=time.time() - max_age)
        except CriticError as error:
            return Check(ok=False, detail=error.detail)
        passed = [heartbeat for heartbeat in heartbeats if heartbeat.problem is None]
        if passed:
            summary = f"{len(passed)} workers scored the golden photo ({_version(passed[0])})"
            return Check(ok=True, detail="; ".join([summary, *map(_other_model, passed[0].other_models)]))
        if heartbeats and heartbeats[0].problem is not None:
            return Check(ok=False, detail=heartbeats[0].problem.detail)
        return Check(ok=False, detail=f"no heartbeat of a worker in the last {max_age} seconds")


def _version(test: SelfTest) -> str:
    return f"{test.model} {test.version} on {test.device}"


def _other_model(test: SelfTest) -> str:
    """A model that is served on request only: its failure does not affect readiness."""
    return f"{test.model}: {test.problem.detail}" if test.problem else _version(test)
