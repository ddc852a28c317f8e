"""Periodic threads survive a failed run; a shutdown ends after its grace period."""

import os
import signal
import threading

import pytest
from structlog.testing import capture_logs
from tests.support.waiting import until

from critic_core.contracts.errors import QueueUnavailable, ServiceUnavailable
from critic_worker.threads import every, limit_shutdown, run_once


def test_runs_go_on_after_a_failure() -> None:
    errors: list[Exception] = [QueueUnavailable(), ValueError()]
    finished = threading.Event()

    def action() -> None:
        if finished.is_set():
            threading.Event().wait()  # the daemon thread rests here
        if errors:
            raise errors.pop()
        finished.set()

    assert every(0.01, "tested", action).daemon
    assert finished.wait(10)


@pytest.mark.parametrize(
    ("error", "event"), [(ServiceUnavailable(), "background_retry"), (ValueError(), "background_failed")]
)
def test_errors_are_logged_by_kind(error: Exception, event: str) -> None:
    def action() -> None:
        raise error

    with capture_logs() as lines:
        run_once("tested", action)
    assert [(line["event"], line["thread"]) for line in lines] == [(event, "tested")]


def test_a_shutdown_becomes_cold_after_the_grace_period(monkeypatch: pytest.MonkeyPatch) -> None:
    kills: list[tuple[int, int]] = []
    monkeypatch.setattr("os.kill", lambda pid, number: kills.append((pid, number)))
    limit_shutdown(0.01)
    until(lambda: kills, 60, "the signal")
    assert kills == [(os.getpid(), signal.SIGQUIT)]
