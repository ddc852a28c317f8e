"""A server as a process group on free loopback ports, from readiness to its end.

Other tests start ours with `with our_server(repository) as server: …`.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from tests.support.ports import free_ports
from tests.support.waiting import until

from critic_cli.stack import parent_death

ROOT = Path(__file__).parents[3]
START_SECONDS = 90
STOP_SECONDS = 40


@dataclass(frozen=True)
class Server:
    """Where a running server listens, and its process."""

    name: str
    grpc: str  # host:port
    http: str  # URL
    metrics: str  # URL
    process: subprocess.Popen[bytes]
    log: Path

    def ready(self) -> bool:
        """True when ready; AssertionError with its log when it has died."""
        assert self.process.poll() is None, f"{self.name} ended ({self.process.returncode}):\n{self.log_tail()}"
        return self.answers("/v2/health/ready")

    def answers(self, path: str) -> bool:
        """True when `path` answers 200."""
        try:
            return httpx.get(self.http + path, timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def log_tail(self) -> str:
        """The last lines it logged."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-40:])


@contextmanager
def our_server(
    repository: Path, folder: Path, *, wait_ready: bool = True, env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """`python -m critic_inference` over `repository`; its log goes to `folder`."""
    ports = free_ports(3)
    environment = {
        "CRITIC_MODEL_REPOSITORY": str(repository),
        "CRITIC_DEVICE": "cpu",
        "CRITIC_INFERENCE_HTTP_PORT": str(ports[0]),
        "CRITIC_INFERENCE_GRPC_PORT": str(ports[1]),
        "CRITIC_INFERENCE_METRICS_PORT": str(ports[2]),
        "CRITIC_INFERENCE_DRAIN_DELAY_SECONDS": "0",
        **(env or {}),
    }
    command = [sys.executable, "-m", "critic_inference"]
    with running("ours", command, ports, folder, env=os.environ | environment, wait_ready=wait_ready) as server:
        yield server


@contextmanager
def running(
    name: str,
    command: list[str],
    ports: list[int],
    folder: Path,
    *,
    env: Mapping[str, str],
    cwd: Path = ROOT,
    wait_ready: bool = True,
) -> Iterator[Server]:
    """Start `command` (it listens on `ports`: HTTP, gRPC, metrics), wait until it is ready, stop its whole group."""
    log = folder / f"{name}-{ports[0]}.log"
    # The leash: a test process that is killed leaves no server behind, which would compute and compute.
    leashed = [sys.executable, "-I", parent_death.__file__, str(os.getpid()), *command]
    with log.open("wb") as output:
        process = subprocess.Popen(
            leashed, env=dict(env), cwd=cwd, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    http, grpc, metrics = (f"127.0.0.1:{port}" for port in ports)
    server = Server(name, grpc, f"http://{http}", f"http://{metrics}", process, log)
    try:
        if wait_ready:
            until(server.ready, START_SECONDS, f"{name} is ready")
        yield server
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, wait, then kill the whole group: Triton's backends are separate processes."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # the group is gone, as it should be
    finally:
        process.wait(STOP_SECONDS)
