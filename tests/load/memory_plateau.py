"""Does the inference server keep to its memory? Very many requests of mixed sizes, and the memory after each share.

    python -m tests.load.memory_plateau --requests 100000 --tiny           the server alone: a tiny network, on the CPU
    python -m tests.load.memory_plateau --requests 100000 --device cuda    on a GPU: its memory, and the process's

Watched are the server's resident memory and, on CUDA, what NVML says is used of the GPU (`nv_gpu_memory_used_bytes` in
the server's own metrics: no other program should use it meanwhile). Passed: over the last quarter of the requests
neither grows by 1 % or more. Exit 1 otherwise.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import httpx
import numpy as np
import psutil
from tests.contract.inference.server_process import Server, our_server
from tests.load.inference import REPOSITORIES, Ask, Images, asking
from tests.support.tiny_model import publish_tiny_model

from critic_inference.serving.config import read_config

CLIENTS = 4
SAMPLES = 40
LIMIT = 0.01
SMALL = 4  # photos that a worker sends at most
LARGE_SHARE = 0.1  # of requests, drawn evenly up to the largest batch


@dataclass(frozen=True)
class Sample:
    """After so many requests: megabytes by what they are of."""

    requests: int
    megabytes: dict[str, float]


def main() -> None:
    """Ask, print the memory, and judge its end."""
    parser = argparse.ArgumentParser(description="The inference server's memory over very many requests.")
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--model", default="aesthetics")
    parser.add_argument("--tiny", action="store_true", help="a tiny network instead of a shipped one")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        repository = REPOSITORIES[told.device]
        if told.tiny:
            repository = Path(folder) / "models"
            publish_tiny_model(repository)
        with our_server(repository, Path(folder), env={"CRITIC_DEVICE": told.device}) as server:
            began = time.perf_counter()
            samples = watched(server, told.model, read_config(repository / told.model).max_batch_size, told.requests)
            seconds = time.perf_counter() - began
    print(f"{told.requests:,} requests in {seconds:.0f} s, {told.requests / seconds:.0f} a second")
    found = growth(samples)
    for name, share in found.items():
        print(f"{name}: {100 * share:+.2f} % over the last quarter (below {100 * LIMIT:.0f} %)")
    raise SystemExit(0 if all(share < LIMIT for share in found.values()) else 1)


def watched(server: Server, model: str, largest: int, requests: int) -> list[Sample]:
    """Samples of the memory, the first one before any request."""
    samples = [Sample(0, memory(server))]
    images = np.random.default_rng(0).integers(0, 256, (largest, 224, 224, 3), np.uint8)
    stops = [requests * share // SAMPLES for share in range(SAMPLES + 1)]
    with asking(server.grpc, model, CLIENTS) as asks, ThreadPoolExecutor(CLIENTS) as threads:
        for start, stop in pairwise(stops):
            numbers = iter(range(start, stop))  # shared: each number is one client's
            list(threads.map(partial(ask_all, numbers, images), asks))
            samples.append(Sample(stop, memory(server)))
            print(stop, {name: round(value, 1) for name, value in samples[-1].megabytes.items()}, flush=True)
    return samples


def ask_all(numbers: Iterator[int], images: Images, ask: Ask) -> None:
    """A request for each number that no other client takes; the number decides how many photos are in it."""
    for number in numbers:
        draw = np.random.default_rng(number)
        most = len(images) if draw.random() < LARGE_SHARE else min(SMALL, len(images))
        ask(images[: draw.integers(1, most + 1)])


def memory(server: Server) -> dict[str, float]:
    """Megabytes: of the process, and of each GPU that it tells of."""
    told = {"resident": psutil.Process(server.process.pid).memory_info().rss / 1e6}
    for line in httpx.get(f"{server.metrics}/metrics", timeout=30).text.splitlines():
        if line.startswith("nv_gpu_memory_used_bytes{"):
            label, _, value = line.rpartition(" ")
            told[label.removeprefix("nv_gpu_memory_used_bytes")] = float(value) / 1e6
    return told


def growth(samples: list[Sample]) -> dict[str, float]:
    """What the memory has grown by over the last quarter, as a share: medians of five samples at its ends."""
    last = samples[-(len(samples) // 4) :]
    found = {}
    for name in last[0].megabytes:
        values = [sample.megabytes[name] for sample in last]
        found[name] = float(np.median(values[-5:]) / np.median(values[:5]) - 1)
    return found


if __name__ == "__main__":
    main()
