import os
from pathlib import Path

import pytest

from critic_worker.celery import environment


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*environment._THREAD_LIMITS, "PROMETHEUS_MULTIPROC_DIR"):
        monkeypatch.setenv(name, "to be restored")
        monkeypatch.delenv(name)


def test_libraries_get_one_thread_and_metrics_a_folder() -> None:
    environment.prepare(metrics=True)
    assert [os.environ[name] for name in environment._THREAD_LIMITS] == ["1", "1", "1"]
    assert Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).is_dir()


def test_values_from_outside_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "/somewhere")
    environment.prepare(metrics=True)
    assert (os.environ["OMP_NUM_THREADS"], os.environ["PROMETHEUS_MULTIPROC_DIR"]) == ("4", "/somewhere")


def test_without_metrics_there_is_no_folder() -> None:
    environment.prepare(metrics=False)
    assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ
