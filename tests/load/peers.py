"""Photo Critic beside servers that compute the same critique in their request handlers, all in one run.

    python -m tests.load.peers [--rounds 5] [--photos 160] [--commit 37f8eb6] [--json FILE]

The short form, for CI: `tests.load.core_time`.
Every server has as many processes as there are cores, and one thread a process. FastAPI, LitServe and BentoML run in
environments of their own, which this command installs in a temporary folder, with our functions in their handlers
(`peer_servers`): no queue, no storage, nothing survives a crash. `--commit` adds Photo Critic as it was. All servers
run all the time, and are measured in turn.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import httpx
import psutil
from tests.load.bench import MODEL, ROOT
from tests.load.photos import jpegs, shoot
from tests.support.local_stack import LocalStack
from tests.support.ports import free_port
from tests.support.waiting import until

CORES = os.cpu_count() or 1
CLIENTS, WARM_UP, START_SECONDS = 16, 16, 240
DIFFERENT_PHOTOS = 6
IMAGING = ("pillow", "pillow-heif", "rawpy", "numpy", "imagehash", "tifffile", "imagecodecs", "simplejpeg", "scipy")
IMAGING += ("onnxruntime", "pydantic")
"""What the critique needs, in the versions of this environment."""
OURS = "Photo Critic"


@dataclass(frozen=True)
class Peer:
    """Packages of an environment, and the command within it."""

    packages: tuple[str, ...]
    command: tuple[str, ...]


PEERS = {
    "FastAPI": Peer(
        ("fastapi==0.165.0", "uvicorn==0.54.0", "python-multipart==0.0.34"),
        ("python", "-m", "tests.load.peer_servers.fastapi_server", "{port}", "{cores}"),
    ),
    "LitServe": Peer(
        ("litserve==0.2.19", "python-multipart==0.0.34"),
        ("python", "-m", "tests.load.peer_servers.litserve_server", "{port}", "{cores}"),
    ),
    "BentoML": Peer(
        ("bentoml==1.4.40",),
        (
            "bentoml",
            "serve",
            "tests.load.peer_servers.bentoml_server:PhotoService",
            "--host",
            "127.0.0.1",
            "--port",
            "{port}",
        ),
    ),
}


@dataclass(frozen=True)
class Server:
    """A running server: how to send a photo, and its processes."""

    send: Callable[[httpx.Client, bytes], httpx.Response]
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """CPU time of the process and its children so far."""
        tree = [self.process, *self.process.children(recursive=True)]
        return sum(sum(process.cpu_times()[:2]) for process in tree)


@dataclass(frozen=True)
class Round:
    """Photos a second, and core-milliseconds of the server a photo."""

    per_second: float
    core_ms: float


Figures = dict[str, dict[str, Round]]
"""Medians by photos and server."""


def main() -> None:
    """Install, measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description="Compare with other servers on this machine.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--photos", type=int, default=160, help="of each server in each round")
    parser.add_argument("--commit", help="an older Photo Critic, too")
    parser.add_argument("--json", type=Path, help="save the figures in this file")
    arguments = parser.parse_args()
    sets = {"0.03 MB": shoot(arguments.photos), "1024 px": jpegs(DIFFERENT_PHOTOS, (1024, 768))}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        servers = start_all(Path(folder), arguments.commit, running)
        figures = {name: measure(servers, photos, arguments) for name, photos in sets.items()}
    print(table(figures))
    if arguments.json:
        arguments.json.write_text(json.dumps(as_data(figures), indent=1))


def start_all(folder: Path, commit: str | None, running: ExitStack) -> dict[str, Server]:
    """All servers by name."""
    servers = {name: running.enter_context(peer_server(peer, folder / name)) for name, peer in PEERS.items()}
    servers[OURS] = running.enter_context(stack(folder / "ours"))
    if commit:
        python = install_commit(commit, folder / "commit")
        servers[f"{OURS} at {commit}"] = running.enter_context(stack(folder / "old", python))
    return servers


def measure(servers: dict[str, Server], photos: list[bytes], arguments: argparse.Namespace) -> dict[str, Round]:
    """The median of each server's rounds."""
    rounds: dict[str, list[Round]] = {name: [] for name in servers}
    for server in servers.values():
        measure_round(server, photos, WARM_UP)
    for _ in range(arguments.rounds):
        for name, server in servers.items():
            rounds[name].append(measure_round(server, photos, arguments.photos))
    return {
        name: Round(
            *(
                statistics.median(column)
                for column in zip(*(asdict(figures).values() for figures in found), strict=True)
            )
        )
        for name, found in rounds.items()
    }


def measure_round(server: Server, photos: list[bytes], count: int) -> Round:
    """So many photos of CLIENTS clients. Raises AssertionError for a rejected one."""

    def send(number: int) -> None:
        reply = server.send(client, photos[number % len(photos)])
        assert reply.status_code == 200, reply.text

    with httpx.Client(timeout=120, trust_env=False) as client, ThreadPoolExecutor(CLIENTS) as clients:
        used, began = server.cpu_seconds(), time.perf_counter()
        list(clients.map(send, range(count)))
        seconds = time.perf_counter() - began
        return Round(count / seconds, 1000 * (server.cpu_seconds() - used) / count)


@contextmanager
def peer_server(peer: Peer, folder: Path) -> Iterator[Server]:
    """Installed and started, until the end of the block."""
    programs = install(folder, *peer.packages, *(f"{name}=={version(name)}" for name in IMAGING))
    with running_peer(peer, programs, folder) as server:
        yield server


@contextmanager
def running_peer(peer: Peer, programs: Path, folder: Path) -> Iterator[Server]:
    """Started with the programs of an environment; the log is in the folder."""
    port = free_port()
    program, *options = (part.format(port=port, cores=CORES) for part in peer.command)
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen([programs / program, *options], cwd=ROOT, env=environment(), stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: responds(url, process), START_SECONDS, f"an answer of {peer.command}")
        yield Server(
            lambda client, photo: client.post(f"{url}/predict", files={"request": photo}), psutil.Process(process.pid)
        )
    finally:
        kill(process)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End a process, which starts its children anew, and then these."""
    with suppress(psutil.NoSuchProcess):
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()
    process.wait()


def environment() -> dict[str, str]:
    """Our packages by path, one thread a process, no reports to the makers."""
    paths = (ROOT / "services" / "core", ROOT / "services" / "worker", ROOT)
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "CRITIC_BENCH_MODEL": str(MODEL),
        "BENTO_PROCESSES": str(CORES),
        "BENTOML_DO_NOT_TRACK": "True",
        "OMP_NUM_THREADS": "1",
    }


def responds(url: str, process: "subprocess.Popen[bytes]") -> bool:
    """True for any HTTP response. AssertionError when the process has ended."""
    assert process.poll() is None, f"the server ended with {process.returncode}"
    try:
        httpx.get(url, timeout=10, trust_env=False)
    except httpx.TransportError:
        return False
    return True


@contextmanager
def stack(folder: Path, python: str = sys.executable) -> Iterator[Server]:
    """`photo-critic up` of a Python environment; a photo is uploaded, and its critique awaited."""
    local = LocalStack(folder, python=python)
    local.start()
    try:
        url = f"{local.url}/v1/photos?wait=30"
        yield Server(lambda client, photo: client.post(url, content=photo), psutil.Process(local.process.pid))
    finally:
        local.stop()


def install(folder: Path, *packages: str) -> Path:
    """A new environment; returns the folder of its programs."""
    uv(["venv", "--python", sys.executable, str(folder)])
    uv(["pip", "install", "--python", str(folder / "bin" / "python"), *packages])
    return folder / "bin"


def install_commit(commit: str, folder: Path) -> str:
    """An older Photo Critic with its own locked packages; returns its Python."""
    subprocess.run(["git", "clone", "--quiet", "--shared", str(ROOT), str(folder)], check=True)
    subprocess.run(["git", "checkout", "--quiet", commit], cwd=folder, check=True)
    lock, extra = str(folder / "requirements.lock"), f"{folder}[local]"
    return str(install(folder / "environment", "--constraints", lock, "--editable", extra) / "python")


def uv(arguments: list[str]) -> None:
    """Run uv of this environment."""
    subprocess.run([Path(sys.executable).with_name("uv"), *arguments, "--quiet"], check=True)


def table(figures: Figures) -> str:
    """A line a server, and our throughput relative to it."""
    lines = ["| photos | server | photos/s | core-ms a photo | Photo Critic, times |", "|---|---|--:|--:|--:|"]
    for photos, by_server in figures.items():
        ours = by_server[OURS].per_second
        for name, found in by_server.items():
            cells = f"{found.per_second:.1f} | {found.core_ms:.1f} | {ours / found.per_second:.2f}"
            lines.append(f"| {photos} | {name} | {cells} |")
    return "\n".join(lines)


def as_data(figures: Figures) -> dict[str, dict[str, dict[str, float]]]:
    """All figures as JSON."""
    return {photos: {name: asdict(found) for name, found in rounds.items()} for photos, rounds in figures.items()}


if __name__ == "__main__":
    main()
