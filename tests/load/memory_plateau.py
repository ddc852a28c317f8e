"""Memory of the inference server over very many requests of mixed sizes.

    python -m tests.load.memory_plateau --requests 100000 --tiny           the server alone: a tiny network, on the CPU
    python -m tests.load.memory_plateau --requests 100000 --device cuda    on a GPU: its memory, and the process's
    python -m tests.load.memory_plateau --seconds 30 --device cuda         as many requests as fit

Measures the server's resident memory and, on CUDA, the used memory of the GPU (`nv_gpu_memory_used_bytes` of the
server's metrics: no other program should use the GPU). Passes when neither grows by 1 % or more over the last quarter
of the requests; exits with 1 otherwise.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import httpx
import numpy as np
import psutil
from tests.contract.inference.server_process import Server, our_server
from tests.load.inference import REPOSITORIES, Images, Infer, open_clients
from tests.support.tiny_model import publish_tiny_model

from critic_inference.serving.config import read_config

CLIENTS = 4
SAMPLES = 40
LIMIT = 0.01
SMALL = 4  # most photos of a worker's request
LARGE_SHARE = 0.1  # of requests, with up to the largest batch


@dataclass(frozen=True)
class Sample:
    """Megabytes by kind after this many requests."""

    requests: int
    megabytes: dict[str, float]


def main() -> None:
    """Send requests, print the memory, and check its growth."""
    parser = argparse.ArgumentParser(description="The inference server's memory over very many requests.")
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, help="as many requests as fit, by the rate of the first ones")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--model", default="aesthetics")
    parser.add_argument("--tiny", action="store_true", help="a tiny network instead of a shipped one")
    parser.add_argument("--json", type=Path, help="keep the samples and the growth in this file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        repository = REPOSITORIES[arguments.device]
        if arguments.tiny:
            repository = Path(folder) / "models"
            publish_tiny_model(repository)
        with our_server(repository, Path(folder), env={"CRITIC_DEVICE": arguments.device}) as server:
            largest = read_config(repository / arguments.model).max_batch_size
            requests = arguments.requests
            if arguments.seconds:
                requests = requests_within(server, arguments.model, largest, arguments.seconds)
            began = time.perf_counter()
            samples = sample_memory(server, arguments.model, largest, requests)
            seconds = time.perf_counter() - began
    print(f"{requests:,} requests in {seconds:.0f} s, {requests / seconds:.0f} a second")
    found = growth(samples)
    if arguments.json:
        known = {"samples": [asdict(sample) for sample in samples], "seconds": seconds, "growth": found}
        arguments.json.write_text(json.dumps(known, indent=1))
    for name, share in found.items():
        print(f"{name}: {100 * share:+.2f} % over the last quarter (below {100 * LIMIT:.0f} %)")
    raise SystemExit(0 if all(share < LIMIT for share in found.values()) else 1)


def requests_within(server: Server, model: str, largest: int, seconds: float) -> int:
    """Requests that fit into this time, by the rate of a hundred; at least ten a sample."""
    began = time.perf_counter()
    for _ in send(server, model, largest, [0, 100]):
        pass
    return max(10 * SAMPLES, round(100 * seconds / (time.perf_counter() - began)))


def sample_memory(server: Server, model: str, largest: int, requests: int) -> list[Sample]:
    """Samples of the memory, the first before any request."""
    samples = [Sample(0, memory(server))]
    for sent in send(server, model, largest, [requests * share // SAMPLES for share in range(SAMPLES + 1)]):
        samples.append(Sample(sent, memory(server)))
        print(sent, {name: round(value, 1) for name, value in samples[-1].megabytes.items()}, flush=True)
    return samples


def send(server: Server, model: str, largest: int, stops: list[int]) -> Iterator[int]:
    """Requests from all clients; yields at each stop."""
    images = np.random.default_rng(0).integers(0, 256, (largest, 224, 224, 3), np.uint8)
    with open_clients(server.grpc, model, CLIENTS) as calls, ThreadPoolExecutor(CLIENTS) as threads:
        for start, stop in pairwise(stops):
            numbers = iter(range(start, stop))  # shared by the clients
            list(threads.map(partial(infer_all, numbers, images), calls))
            yield stop


def infer_all(numbers: Iterator[int], images: Images, infer: Infer) -> None:
    """A request per number of the shared iterator; the number seeds the batch size."""
    for number in numbers:
        generator = np.random.default_rng(number)
        most = len(images) if generator.random() < LARGE_SHARE else min(SMALL, len(images))
        infer(images[: generator.integers(1, most + 1)])


def memory(server: Server) -> dict[str, float]:
    """Megabytes of the process, and of each GPU in its metrics."""
    megabytes = {"resident": psutil.Process(server.process.pid).memory_info().rss / 1e6}
    for line in httpx.get(f"{server.metrics}/metrics", timeout=30).text.splitlines():
        if line.startswith("nv_gpu_memory_used_bytes{"):
            label, _, value = line.rpartition(" ")
            megabytes[label.removeprefix("nv_gpu_memory_used_bytes")] = float(value) / 1e6
    return megabytes


def growth(samples: list[Sample]) -> dict[str, float]:
    """Relative growth over the last quarter, between medians of five samples at its ends."""
    last = samples[-(len(samples) // 4) :]
    found = {}
    for name in last[0].megabytes:
        values = [sample.megabytes[name] for sample in last]
        found[name] = float(np.median(values[-5:]) / np.median(values[:5]) - 1)
    return found


if __name__ == "__main__":
    main()
