"""Able to answer: Redis and storage answer, and a worker has lately scored the golden photo through inference."""

import threading
import time
from dataclasses import dataclass

from critic_core.contracts.base import Contract
from critic_core.contracts.errors import CriticError
from critic_core.contracts.heartbeat import SelfTest
from critic_gateway.dependencies import Parts


class Check(Contract):
    """One part, and whether it does its work."""

    ok: bool
    detail: str


class Readiness(Contract):
    """All parts; ready when each does its work."""

    ready: bool
    checks: dict[str, Check]


@dataclass(frozen=True)
class _Checked:
    at: float
    readiness: Readiness


class ReadinessProbe:
    """Looks at each part, at most once a second however often it is asked."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._last: _Checked | None = None
        self._looking = threading.Lock()

    def look(self) -> Readiness:
        """The state of each part. While somebody looks, others get what was seen last: a part may take its time."""
        if self._last and (time.monotonic() - self._last.at <= 1 or self._looking.locked()):
            return self._last.readiness
        with self._looking:
            if self._last is None or time.monotonic() - self._last.at > 1:
                checks = {"queue": self._queue(), "storage": self._storage(), "scoring": self._scoring()}
                ready = all(check.ok for check in checks.values())
                self._last = _Checked(time.monotonic(), Readiness(ready=ready, checks=checks))
            return self._last.readiness

    def _queue(self) -> Check:
        try:
            return Check(ok=True, detail=f"{self.parts.store.backlog()} photos queued or running")
        except CriticError as error:
            return Check(ok=False, detail=error.detail)

    def _storage(self) -> Check:
        try:
            self.parts.storage.check()
        except CriticError as error:
            return Check(ok=False, detail=error.detail)
        return Check(ok=True, detail="a byte was written and read back")

    def _scoring(self) -> Check:
        age = self.parts.settings.heartbeat_max_age_seconds
        try:
            pulses = self.parts.board.pulses(newer_than=time.time() - age)
        except CriticError as error:
            return Check(ok=False, detail=error.detail)
        good = [pulse for pulse in pulses if pulse.problem is None]
        if good:
            latest = good[0]
            told = f"{len(good)} workers scored the golden photo ({_named(latest)})"
            return Check(ok=True, detail="; ".join([told, *map(_other, latest.others)]))
        if pulses and pulses[0].problem is not None:
            return Check(ok=False, detail=pulses[0].problem.detail)
        return Check(ok=False, detail=f"no worker has shown itself in the last {age} seconds")


def _named(proof: SelfTest) -> str:
    return f"{proof.model} {proof.version} on {proof.device}"


def _other(proof: SelfTest) -> str:
    """A model beside the one that readiness is about: photos must ask for it, and it fails alone."""
    return f"{proof.model}: {proof.problem.detail}" if proof.problem else _named(proof)
