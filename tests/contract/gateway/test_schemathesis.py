"""No response of a running gateway breaks the contract: Schemathesis with all of its checks."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.e2e.gateway.conftest import gateways
from tests.support.scripted_server import Answer, ScriptedServer
from tests.support.tiny_model import tiny_manifest

from critic_core.contracts.heartbeat import Heartbeat
from critic_core.imaging.golden import golden_photo
from critic_core.runtime.redis_client import connect
from critic_core.stores.worker_status import WorkerStatusStore

ROOT = Path(__file__).parents[3]
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
SECRET = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
SETTINGS = {
    "API_KEYS": hashlib.sha256(b"ann").hexdigest(),
    "WEBHOOK_SECRETS": SECRET,
    "HEARTBEAT_MAX_AGE_SECONDS": "3600",
    "MAX_BACKLOG": "100000",
    "MAX_WAIT_SECONDS": "0",
    "FETCH_URLS": "true",
    "FETCH_ALLOW_PRIVATE": "127.0.0.0/8",
}


@pytest.fixture
def photo_url() -> Iterator[str]:
    server = ScriptedServer()
    server.answer = lambda _: Answer(200, golden_photo())
    yield server.url
    server.stop()


@pytest.mark.timeout(1600)  # half a minute alone, minutes beside other tests
def test_no_response_breaks_the_contract(tmp_path: Path, photo_url: str) -> None:
    with gateways(tmp_path) as start:
        gateway = start(**SETTINGS)
        with connect(gateway.redis.url) as client:
            become_ready(WorkerStatusStore(client))
        result = schemathesis_run(gateway.url, photo_url, tmp_path)
    assert result.returncode == 0, result.stdout[-20_000:] + result.stderr


def become_ready(workers: WorkerStatusStore) -> None:
    """What a worker would have written: its served model and its heartbeat."""
    manifest = tiny_manifest()
    workers.save_models([manifest], [manifest.name])
    workers.save_heartbeat(
        Heartbeat(worker="worker", at=datetime.now(UTC), model=manifest.name, version=manifest.version, device="cpu")
    )


def schemathesis_run(url: str, photo_url: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """The report of all phases, for a bounded number of cases."""
    command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CONFIGURATION), "run"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PHOTO_URL": photo_url}
    return subprocess.run(
        [*command, "--no-color", f"{url}/v1/openapi.json"],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=1500, check=False,
    )  # fmt: skip
