"""Our inference server and Triton on the same load: the worker's client, over gRPC, on this machine.

    python -m tests.load.inference_servers [--rounds 3] [--seconds 4] [--model NAME] [--repository DIR] [--json FILE]

Triton is that of the contract tests: its wheel has no ONNX Runtime backend, so ONNX Runtime runs inside a backend in
Python. What is compared is two servers around the same runtime, and Triton's figures are a lower bound: its own backend
copies less. All servers run all the time and take turns; the clients, at most CLIENT_PROCESSES processes, share the
cores with them.
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

from critic_worker.inference_client import InferenceClient

SERVERS: dict[str, Callable[[Path, Path], AbstractContextManager[Server]]] = {
    "ours": our_server,
    "triton": triton_server,
    "triton, two instances": lambda models, logs: triton_server(models, logs, "--model-config-name=two-instances"),
}
CONCURRENCY = (1, 8, 32)  # requests under way
PHOTOS = (1, 4)  # in a request; a worker sends up to four where many wait
CLIENT_PROCESSES = 4
TIMEOUT_SECONDS = 30.0
HEAD_START_SECONDS = 0.5  # for every client to be connected before the first one asks


@dataclass(frozen=True)
class Load:
    """How many requests are under way, and how many photos are in each."""

    concurrency: int
    photos: int


@dataclass(frozen=True)
class Figures:
    """What one server made of one load."""

    per_second: float  # photos
    p50: float  # milliseconds, of a request
    p95: float
    p99: float
    batch: float  # photos computed at a time, on average
    core_ms: float  # of the server and its backends, a photo


@dataclass(frozen=True)
class Started:
    """What a server takes before anybody asks it."""

    seconds: float  # until it is ready: loaded and warm
    megabytes: float  # proportional set size of all its processes


def main() -> None:
    """Measure, and print tables in Markdown."""
    parser = argparse.ArgumentParser(description="Compare our inference server with Triton on the same load.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each load in each round")
    parser.add_argument("--model", default="aesthetics")
    parser.add_argument("--repository", type=Path, default=SHIPPED, help="models of another folder")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    told = parser.parse_args()
    install()  # not to be counted as Triton's start
    with ExitStack() as running, ProcessPoolExecutor(CLIENT_PROCESSES, get_context("spawn")) as clients:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        servers, started = start_all(told.repository, folder, running)
        measure(servers, Load(CLIENT_PROCESSES, 1), told.model, 1, 1.0, clients)  # starts the clients; told to nobody
        figures = {
            load: measure(servers, load, told.model, told.rounds, told.seconds, clients) for load in every_load()
        }
        after = {name: megabytes(server) for name, server in servers.items()}
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, model {told.model}\n")
    print(table_of_starts(started, after), table_of_loads(figures), sep="\n\n")
    if told.json:
        told.json.write_text(json.dumps(as_data(started, after, figures), indent=1))


def every_load() -> Iterator[Load]:
    """Each number of photos in a request with each number of requests under way."""
    return (Load(concurrency, photos) for photos in PHOTOS for concurrency in CONCURRENCY)


def start_all(repository: Path, folder: Path, running: ExitStack) -> tuple[dict[str, Server], dict[str, Started]]:
    """One server after the other, over the same models."""
    servers, started = {}, {}
    for name, start in SERVERS.items():
        began = time.perf_counter()
        servers[name] = running.enter_context(start(repository, folder))
        started[name] = Started(time.perf_counter() - began, megabytes(servers[name]))
    return servers, started


def measure(
    servers: dict[str, Server], load: Load, model: str, rounds: int, seconds: float, clients: ProcessPoolExecutor
) -> dict[str, Figures]:
    """The median round of each server; they take turns, so that all see whatever else the machine does."""
    found: dict[str, list[Figures]] = {name: [] for name in servers}
    for _ in range(rounds):
        for name, server in servers.items():
            found[name].append(one_round(server, load, model, seconds, clients))
    return {name: sorted(each, key=lambda one: one.per_second)[len(each) // 2] for name, each in found.items()}


def one_round(server: Server, load: Load, model: str, seconds: float, clients: ProcessPoolExecutor) -> Figures:
    """Ask for so many seconds."""
    processes = min(CLIENT_PROCESSES, load.concurrency)
    before, used = counted(server, model), cpu_seconds(server)
    begin = time.time() + HEAD_START_SECONDS
    asked = [
        clients.submit(ask, server.grpc, model, load.photos, load.concurrency // processes, begin, seconds)
        for _ in range(processes)
    ]
    latencies = np.array([latency for each in asked for latency in each.result()]) * 1000
    after, spent = counted(server, model), cpu_seconds(server) - used
    photos, batches = after[0] - before[0], after[1] - before[1]
    p50, p95, p99 = np.percentile(latencies, [50, 95, 99])
    per_second = len(latencies) * load.photos / seconds
    return Figures(per_second, float(p50), float(p95), float(p99), photos / batches, 1000 * spent / photos)


def ask(url: str, model: str, photos: int, threads: int, begin: float, seconds: float) -> list[float]:
    """In a client process: the seconds that each request took, of those that were answered in time."""
    tensors = list(images(photos))

    def one(_: int) -> list[float]:
        client, taken = InferenceClient(url, model, TIMEOUT_SECONDS), []
        client.manifest()
        time.sleep(max(0.0, begin - time.time()))
        end = time.perf_counter() + seconds
        while (began := time.perf_counter()) < end:
            client.classify(tensors)
            taken.append(time.perf_counter() - began)
        client.close()
        return taken

    with ThreadPoolExecutor(threads) as pool:
        return [latency for each in pool.map(one, range(threads)) for latency in each]


def counted(server: Server, model: str) -> tuple[int, int]:
    """Photos computed so far, and batches."""
    with InferenceServerClient(server.grpc) as client:
        (told,) = client.get_inference_statistics(model).model_stats
        return told.inference_count, told.execution_count


def family(server: Server) -> list[psutil.Process]:
    """The server and its backends."""
    itself = psutil.Process(server.process.pid)
    return [itself, *itself.children(recursive=True)]


def cpu_seconds(server: Server) -> float:
    """What the server's processes have computed so far."""
    return sum(sum(each.cpu_times()[:2]) for each in family(server))


def megabytes(server: Server) -> float:
    """Memory of the server's processes, shared pages counted once."""
    return sum(each.memory_full_info().pss for each in family(server)) / 1e6


def as_data(
    started: dict[str, Started], after: dict[str, float], figures: dict[Load, dict[str, Figures]]
) -> dict[str, object]:
    """Everything, for programs."""
    return {
        "starts": {name: {**asdict(one), "megabytes_after": after[name]} for name, one in started.items()},
        "loads": [
            {"server": name, **asdict(load), **asdict(one)} for load, by in figures.items() for name, one in by.items()
        ],
    }


def table_of_starts(started: dict[str, Started], after: dict[str, float]) -> str:
    """A line a server."""
    lines = ["| server | ready after, s | memory, MB | after the load, MB |", "|---|--:|--:|--:|"]
    lines += [f"| {n} | {one.seconds:.1f} | {one.megabytes:.0f} | {after[n]:.0f} |" for n, one in started.items()]
    return "\n".join(lines)


def table_of_loads(figures: dict[Load, dict[str, Figures]]) -> str:
    """A line a load and server."""
    lines = ["| photos a request | requests at once | server | photos/s | p50, ms | p95 | p99 | batch | core-ms |"]
    lines.append("|--:|--:|---|" + "--:|" * 6)
    for load, by_server in figures.items():
        for name, one in by_server.items():
            latency = f"{one.p50:.1f} | {one.p95:.1f} | {one.p99:.1f}"
            told = f"{one.per_second:.0f} | {latency} | {one.batch:.1f} | {one.core_ms:.1f}"
            lines.append(f"| {load.photos} | {load.concurrency} | {name} | {told} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
