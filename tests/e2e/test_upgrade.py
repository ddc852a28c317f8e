"""From the last release to this tree under load, and back: no photo is lost, no answer breaks.

Both versions share one queue and one storage, as during a rolling update; the order is that of docs/scaling.md.
"""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.compose.load import Load, assert_nothing_lost_nothing_twice, load
from tests.support.last_release import ROOT, last_release, start_service
from tests.support.ports import free_port
from tests.support.redis_server import RedisServer
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(600)

START_SECONDS, STOP_SECONDS, RECOVERY_SECONDS = 120, 60, 180
PHOTOS = 12


class SideBySideVersions:
    """Queue, storage and inference server, and services of either version on them."""

    def __init__(self, folder: Path, redis: RedisServer, old: Path) -> None:
        self._folder, self.code = folder, {"old": old, "new": ROOT}
        self._common = {
            "REDIS_URL": redis.url,
            "STORAGE_URL": (folder / "storage").as_uri(),
            "TASK_TIME_LIMIT_SECONDS": "20",  # 15 s after it, photos without a message are queued again
            "VISIBILITY_TIMEOUT_SECONDS": "90",
        }
        self._inference = free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def inference(self) -> None:
        """The new version comes first."""
        ports = {f"INFERENCE_{name}_PORT": str(free_port()) for name in ("HTTP", "METRICS")}
        self._start("new", "inference", {"INFERENCE_GRPC_PORT": str(self._inference), **ports})

    def worker(self, version: str) -> None:
        settings = {"INFERENCE_URL": f"127.0.0.1:{self._inference}", "HEARTBEAT_INTERVAL_SECONDS": "0.5"}
        options = {"WORKER_CONCURRENCY": "1", "WORKER_METRICS_PORT": str(free_port()), "WORKER_NAME": version}
        self._start(version, "worker", settings | options)

    def gateway(self, version: str) -> str:
        """Its URL; it is ready once a golden photo passed a worker."""
        port = free_port()
        self._start(version, "gateway", {"GATEWAY_PORT": str(port), "GATEWAY_DRAIN_DELAY_SECONDS": "0"})
        until(lambda: self._ready(port), START_SECONDS, f"the {version} gateway; {self.log()}")
        return f"http://127.0.0.1:{port}"

    def stop(self, version: str, service: str) -> None:
        """Gracefully, as a rolling update does."""
        process = self.processes.pop(f"{version} {service}")
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS) in {0, -signal.SIGTERM}, self.log()  # uvicorn raises it again

    def close(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(STOP_SECONDS)

    def log(self) -> str:
        return "".join(path.read_text()[-3000:] for path in self._folder.glob("*.log"))

    def _start(self, version: str, service: str, settings: dict[str, str]) -> None:
        with (self._folder / f"{version}-{service}.log").open("ab") as log:
            process = start_service(self.code[version], service, self._common | settings, log)
        self.processes[f"{version} {service}"] = process

    def _ready(self, port: int) -> bool:
        assert all(process.poll() is None for process in self.processes.values()), self.log()
        try:
            return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=10).is_success
        except httpx.TransportError:
            return False


@pytest.fixture
def versions(tmp_path: Path) -> Iterator[SideBySideVersions]:
    server = RedisServer(tmp_path)
    server.start()
    services = SideBySideVersions(tmp_path, server, last_release(tmp_path / "last-release"))
    try:
        services.inference()
        yield services
    finally:
        services.close()
        server.stop()


def test_a_release_takes_over_and_gives_back_and_no_photo_is_lost(versions: SideBySideVersions) -> None:
    versions.worker("old")
    old = versions.gateway("old")
    with load(old, clients=2) as before:
        versions.worker("new")
        before.more(PHOTOS)
        versions.stop("old", "worker")
        before.more(PHOTOS)  # by the new worker alone
        new = versions.gateway("new")
        with load(new, clients=2) as after:
            before.more(PHOTOS)
            after.more(PHOTOS)
            assert_nothing_lost_nothing_twice(before)
            expected = critiques(old, before)
            versions.stop("old", "gateway")
            after.more(PHOTOS)
    assert_nothing_lost_nothing_twice(after)
    assert critiques(new, before) == expected
    versions.worker("old")
    versions.stop("new", "worker")  # a rollback in the wrong order: the old worker discards messages of the new gateway
    late = httpx.post(f"{new}/v1/photos", content=after.photo(), timeout=20).raise_for_status().json()
    path = f"{new}/v1/photos/{late['id']}"
    until(lambda: httpx.get(path, timeout=20).json()["state"] == "done", RECOVERY_SECONDS, "a result of the old worker")


def critiques(url: str, sent: Load) -> list[dict[str, Any]]:
    """What the API says of the photos of a load: state, score and properties."""
    with httpx.Client(base_url=url, timeout=20) as client:
        answers = [client.get(f"/v1/photos/{photo}").raise_for_status().json() for photo in sent.outcome.photos]
    return [{name: photo["critique"][name] for name in ("score", "percentile", "properties")} for photo in answers]
