"""Our inference server and Triton on the same load: the worker's client, over gRPC, on this machine.

    python -m tests.load.inference_servers [--rounds 3] [--seconds 4] [--model NAME] [--repository DIR] [--json FILE]

Triton is that of the contract tests: its wheel has no ONNX Runtime backend, so ONNX Runtime runs inside a backend in
Python. So two servers around the same runtime are compared, and Triton's figures are a lower bound: its own backend
copies less. All servers run all the time and are measured in turn; the clients, at most CLIENT_PROCESSES processes,
share the cores with them.
"""

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import psutil
from tests.contract.inference.calls import images
from tests.contract.inference.model_repository import SHIPPED
from tests.contract.inference.server_process import Server, our_server
from tests.contract.inference.triton import install, triton_server
from tritonclient.grpc import InferenceServerClient

from critic_training.publish.repository import Precision, build_repository
from critic_worker.inference.client import InferenceClient

SERVERS: dict[str, Callable[[Path, Path], AbstractContextManager[Server]]] = {
    "ours": our_server,
    "triton": triton_server,
    "triton, two instances": lambda models, logs: triton_server(models, logs, "--model-config-name=two-instances"),
}
CONCURRENCY = (1, 8, 32)  # concurrent requests
PHOTOS = (1, 4)  # per request; a worker sends up to four
CLIENT_PROCESSES = 4
TIMEOUT_SECONDS = 30.0
HEAD_START_SECONDS = 0.5  # lets every client connect before the first request


@dataclass(frozen=True)
class Load:
    """Concurrent requests, and photos per request."""

    concurrency: int
    photos: int


@dataclass(frozen=True)
class Figures:
    """Figures of one server under one load."""

    per_second: float  # photos
    p50: float  # milliseconds, of a request
    p95: float
    p99: float
    batch: float  # mean batch size, photos
    core_ms: float  # of the server and its backends, a photo


@dataclass(frozen=True)
class Started:
    """Start of a server, before any request."""

    seconds: float  # until ready
    megabytes: float  # proportional set size of all its processes


def main() -> None:
    """Measure, and print tables in Markdown."""
    parser = argparse.ArgumentParser(description="Compare our inference server with Triton on the same load.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each load in each round")
    parser.add_argument("--model", default="aesthetics")
    parser.add_argument("--repository", type=Path, default=SHIPPED, help="models of another folder")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    arguments = parser.parse_args()
    install()  # before the start, which is measured
    with ExitStack() as running, ProcessPoolExecutor(CLIENT_PROCESSES, get_context("spawn")) as clients:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        build_repository(arguments.repository, folder / "models", Precision.float32)  # Triton needs its variants
        servers, started = start_all(folder / "models", folder, running)
        measure(servers, Load(CLIENT_PROCESSES, 1), arguments.model, 1, 1.0, clients)  # uncounted: starts the clients
        figures = {
            load: measure(servers, load, arguments.model, arguments.rounds, arguments.seconds, clients)
            for load in loads()
        }
        after = {name: megabytes(server) for name, server in servers.items()}
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, model {arguments.model}\n")
    print(table_of_starts(started, after), table_of_loads(figures), sep="\n\n")
    if arguments.json:
        arguments.json.write_text(json.dumps(as_data(started, after, figures), indent=1))


def loads() -> Iterator[Load]:
    """Every combination of photos per request and concurrency."""
    return (Load(concurrency, photos) for photos in PHOTOS for concurrency in CONCURRENCY)


def start_all(repository: Path, folder: Path, running: ExitStack) -> tuple[dict[str, Server], dict[str, Started]]:
    """Start the servers one by one, over the same models."""
    servers, started = {}, {}
    for name, start in SERVERS.items():
        began = time.perf_counter()
        servers[name] = running.enter_context(start(repository, folder))
        started[name] = Started(time.perf_counter() - began, megabytes(servers[name]))
    return servers, started


def measure(
    servers: dict[str, Server], load: Load, model: str, rounds: int, seconds: float, clients: ProcessPoolExecutor
) -> dict[str, Figures]:
    """The median round of each server; in turn, so that all see the same other load of the machine."""
    found: dict[str, list[Figures]] = {name: [] for name in servers}
    for _ in range(rounds):
        for name, server in servers.items():
            found[name].append(measure_round(server, load, model, seconds, clients))
    return {name: median_round(figures) for name, figures in found.items()}


def median_round(figures: list[Figures]) -> Figures:
    """The round of median throughput."""
    return sorted(figures, key=lambda figure: figure.per_second)[len(figures) // 2]


def measure_round(server: Server, load: Load, model: str, seconds: float, clients: ProcessPoolExecutor) -> Figures:
    """Figures of one round of this many seconds."""
    processes = min(CLIENT_PROCESSES, load.concurrency)
    before, used = compute_counts(server, model), cpu_seconds(server)
    begin = time.time() + HEAD_START_SECONDS
    futures = [
        clients.submit(run_client, server.grpc, model, load.photos, load.concurrency // processes, begin, seconds)
        for _ in range(processes)
    ]
    latencies = np.array([latency for future in futures for latency in future.result()]) * 1000
    after, spent = compute_counts(server, model), cpu_seconds(server) - used
    photos, batches = after[0] - before[0], after[1] - before[1]
    p50, p95, p99 = np.percentile(latencies, [50, 95, 99])
    per_second = len(latencies) * load.photos / seconds
    return Figures(per_second, float(p50), float(p95), float(p99), photos / batches, 1000 * spent / photos)


def run_client(url: str, model: str, photos: int, threads: int, begin: float, seconds: float) -> list[float]:
    """In a client process: seconds of each request."""
    tensors = list(images(photos))

    def client_loop(_: int) -> list[float]:
        client, times = InferenceClient(url, model, TIMEOUT_SECONDS), list[float]()
        client.manifest()
        time.sleep(max(0.0, begin - time.time()))
        end = time.perf_counter() + seconds
        while (began := time.perf_counter()) < end:
            client.classify(tensors)
            times.append(time.perf_counter() - began)
        client.close()
        return times

    with ThreadPoolExecutor(threads) as pool:
        return [latency for latencies in pool.map(client_loop, range(threads)) for latency in latencies]


def compute_counts(server: Server, model: str) -> tuple[int, int]:
    """Photos and batches computed so far."""
    with InferenceServerClient(server.grpc) as client:
        (statistics,) = client.get_inference_statistics(model).model_stats
        return statistics.inference_count, statistics.execution_count


def process_tree(server: Server) -> list[psutil.Process]:
    """The server and its backends."""
    parent = psutil.Process(server.process.pid)
    return [parent, *parent.children(recursive=True)]


def cpu_seconds(server: Server) -> float:
    """CPU time of the server's processes so far."""
    return sum(sum(process.cpu_times()[:2]) for process in process_tree(server))


def megabytes(server: Server) -> float:
    """Memory of the server's processes, shared pages counted once."""
    return sum(process.memory_full_info().pss for process in process_tree(server)) / 1e6


def as_data(
    started: dict[str, Started], after: dict[str, float], figures: dict[Load, dict[str, Figures]]
) -> dict[str, object]:
    """All figures as JSON."""
    return {
        "starts": {name: {**asdict(values), "megabytes_after": after[name]} for name, values in started.items()},
        "loads": [
            {"server": name, **asdict(load), **asdict(values)}
            for load, by_server in figures.items()
            for name, values in by_server.items()
        ],
    }


def table_of_starts(started: dict[str, Started], after: dict[str, float]) -> str:
    """A line a server."""
    lines = ["| server | ready after, s | memory, MB | after the load, MB |", "|---|--:|--:|--:|"]
    for name, start in started.items():
        lines.append(f"| {name} | {start.seconds:.1f} | {start.megabytes:.0f} | {after[name]:.0f} |")
    return "\n".join(lines)


def table_of_loads(figures: dict[Load, dict[str, Figures]]) -> str:
    """A line a load and server."""
    lines = ["| photos a request | requests at once | server | photos/s | p50, ms | p95 | p99 | batch | core-ms |"]
    lines.append("|--:|--:|---|" + "--:|" * 6)
    for load, by_server in figures.items():
        for name, values in by_server.items():
            latency = f"{values.p50:.1f} | {values.p95:.1f} | {values.p99:.1f}"
            cells = f"{values.per_second:.0f} | {latency} | {values.batch:.1f} | {values.core_ms:.1f}"
            lines.append(f"| {load.photos} | {load.concurrency} | {name} | {cells} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
