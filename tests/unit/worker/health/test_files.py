"""The health check of a container, against the files of a worker."""

import os
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.architecture.prose import ROOT

from critic_core.contracts.errors import InferenceUnavailable
from critic_core.contracts.heartbeat import Heartbeat
from critic_worker.health.files import HealthFiles


def heartbeat(seconds_ago: float = 1, broken: bool = False) -> Heartbeat:
    problem = InferenceUnavailable("It is down.").problem() if broken else None
    return Heartbeat(worker="w", at=datetime.now(UTC) - timedelta(seconds=seconds_ago), problem=problem)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "health"


def health(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and sentence of the health check."""
    command = ["sh", str(ROOT / "infra/docker/worker-health"), *arguments]
    environment = {"PATH": os.environ["PATH"], "CRITIC_WORKER_HEALTH_FOLDER": str(folder)}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout.strip()


def test_a_worker_is_alive_from_its_first_heartbeat(folder: Path) -> None:
    files = HealthFiles(str(folder))
    files.update(None)
    assert health(folder) == (1, "The worker is not alive yet.")
    files.update(heartbeat())
    assert health(folder) == (0, "The worker is alive.")
    assert health(folder, "ready") == (0, "The worker is ready.")


def test_a_failed_self_test_is_not_ready_and_alive(folder: Path) -> None:
    files = HealthFiles(str(folder))
    files.update(heartbeat())
    files.update(heartbeat(broken=True))
    assert health(folder)[0] == 0
    assert health(folder, "ready") == (1, "The worker is not ready yet.")


def test_without_redis_a_worker_stays_alive_and_does_not_stay_ready(folder: Path) -> None:
    files = HealthFiles(str(folder))
    files.update(heartbeat(seconds_ago=61))
    assert health(folder)[0] == 0
    assert health(folder, "ready")[0] == 1


def test_old_files_are_unhealthy(folder: Path) -> None:
    HealthFiles(str(folder)).update(heartbeat())
    minute_ago = time.time() - 65
    os.utime(folder / "alive", (minute_ago, minute_ago))
    status, sentence = health(folder)
    assert status == 1
    assert sentence.startswith("The worker was last alive 6")


def test_files_of_an_earlier_worker_do_not_count(folder: Path) -> None:
    HealthFiles(str(folder)).update(heartbeat())
    HealthFiles(str(folder))
    assert health(folder)[0] == 1


def test_without_a_folder_there_are_no_files() -> None:
    HealthFiles("").update(heartbeat())
