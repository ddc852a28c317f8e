"""Throughput and latency of the network by batch size: ONNX Runtime alone, through our server, and in PyTorch.

    python -m tests.load.inference                                  on this machine's CPU
    python -m tests.load.inference --device cuda --json gpu.json    on a GPU (needs the extra inference-gpu, and for
                                                                    PyTorch its CUDA build: training/torch-cuda.txt)

All ways compute the same weights of the same file, from uint8 pixels in main memory to answers in main memory. A first
call of each batch size is left out, since that is when kernels are chosen, compiled and given their memory.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import psutil
import torch
from infra.capacity.gpu import Figure
from tests.contract.inference.server_process import our_server

from critic_core.contracts.errors import CriticError
from critic_inference.engine.devices import execution_providers, load_cuda_libraries
from critic_inference.engine.onnx import OnnxSession
from critic_inference.serving.config import read_config
from critic_inference.settings import Device, InferenceSettings, IoBinding
from critic_training.bench.onnx_in_torch import OnnxInTorch
from critic_worker.inference.client import InferenceClient

ROOT = Path(__file__).parents[2]
REPOSITORIES = {
    "cpu": ROOT / "services" / "inference" / "model_repository",
    "cuda": ROOT / ".cache" / "model_repository_gpu",  # docs/gpu.md: critic-train repository
}
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
CLIENTS = 4
WAYS = ("raw", "bound", "server", "server-clients", "eager", "compiled")

Images = np.ndarray[Any, np.dtype[np.uint8]]
Ask = Callable[[Images], object]


def main() -> None:
    """Measure every way at every batch size, and print a table as it grows."""
    told = options()
    folder = told.repository / told.model
    file = next(iter(sorted(folder.glob("*/model.onnx"))))
    largest = read_config(folder).max_batch_size
    print(f"{told.model} of {told.repository.name} on {told.device}, ONNX Runtime {onnxruntime.__version__}")
    print("\n| way | batch | photos/s | median ms | 99 % ms | server's core-ms a photo |\n|---|---|---|---|---|---|")
    figures = []
    for way in told.ways:
        for figure in measured(way, told, file, largest):
            figures.append(figure)
            core = "" if figure.core_ms is None else f"{figure.core_ms:.2f}"
            times = f"{figure.per_second:.1f} | {figure.median_ms:.2f} | {figure.p99_ms:.2f}"
            print(f"| {figure.way} | {figure.batch} | {times} | {core} |", flush=True)
    if told.json:
        told.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=1))


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="The network by batch size: ONNX Runtime, our server, PyTorch.")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--repository", type=Path, help="model repository (default: the one for the device)")
    parser.add_argument("--model", default="aesthetics")
    parser.add_argument("--batches", type=_numbers, default=BATCHES, help="1,2,4,…")
    parser.add_argument("--ways", type=lambda text: text.split(","), default=WAYS, help=",".join(WAYS))
    parser.add_argument("--seconds", type=float, default=3.0, help="for each row")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    told = parser.parse_args()
    told.repository = told.repository or REPOSITORIES[told.device]
    return told


def measured(way: str, told: argparse.Namespace, file: Path, largest: int) -> Iterator[Figure]:
    """A figure for each batch size; our server refuses those beyond its configuration."""
    if way.startswith("server"):
        clients = CLIENTS if way == "server-clients" else 1
        batches = [batch for batch in told.batches if batch <= largest]
        yield from through_server(way, told, batches, clients)
        return
    ask = {"raw": raw, "bound": bound, "eager": eager, "compiled": compiled}[way](file, told.device)
    for batch in told.batches:
        yield figure_of(way, batch, [repeated(ask, batch, told.seconds)])


def raw(file: Path, device: str) -> Ask:
    """A loop around ONNX Runtime as its manual has it, with the server's options."""
    settings = InferenceSettings()
    providers = execution_providers(Device(device), onnxruntime.get_available_providers(), settings)
    if device == "cuda":
        load_cuda_libraries()
    session = onnxruntime.InferenceSession(file, providers=providers)
    assert device != "cuda" or "CUDAExecutionProvider" in session.get_providers(), "this is no GPU: see the log above"
    return lambda images: session.run(None, {"image": images})


def bound(file: Path, device: str) -> Ask:
    """The server's own session, between buffers that stay."""
    session = OnnxSession(file, Device(device), InferenceSettings(io_binding=IoBinding.on))
    return lambda images: session.run({"image": images})


def eager(file: Path, device: str) -> Ask:
    """The same graph in PyTorch."""
    return in_torch(OnnxInTorch(file).to(device), device)


def compiled(file: Path, device: str) -> Ask:
    """… compiled, once for each batch size."""
    torch._dynamo.config.recompile_limit = 2 * len(BATCHES)
    return in_torch(torch.compile(OnnxInTorch(file).to(device), dynamic=False), device)


def in_torch(network: Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]], device: str) -> Ask:
    """From numpy to numpy; float32 may use TF32, as ONNX Runtime's may."""
    torch.set_float32_matmul_precision("high")

    @torch.inference_mode()
    def ask(images: Images) -> object:
        return [answer.cpu().numpy() for answer in network(torch.from_numpy(images).to(device))]

    return ask


def through_server(way: str, told: argparse.Namespace, batches: list[int], clients: int) -> Iterator[Figure]:
    """By the worker's client over gRPC, one connection a client, as worker processes have."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"CRITIC_DEVICE": told.device, "CRITIC_LOG_LEVEL": "WARNING"}
        with our_server(told.repository, Path(folder), env=environment) as server:
            process = psutil.Process(server.process.pid)
            for batch in batches:
                before = cpu_seconds(process)
                with asking(server.grpc, told.model, clients) as asks, ThreadPoolExecutor(clients) as threads:
                    times = list(threads.map(lambda ask, of=batch: repeated(ask, of, told.seconds), asks))
                photos = sum(len(each) + 1 for each in times) * batch
                yield figure_of(way, batch, times, 1000 * (cpu_seconds(process) - before) / photos)


@contextmanager
def asking(address: str, model: str, clients: int) -> Iterator[list[Ask]]:
    """One client of the worker's kind for each."""
    made = [InferenceClient(address, model, timeout_seconds=120) for _ in range(clients)]
    try:
        yield [partial(patient, client) for client in made]
    finally:
        for client in made:
            client.close()


def patient(client: InferenceClient, images: Images) -> object:
    """The answers; a state_reason is the end of the measurement, and not a figure."""
    try:
        return client.classify(list(images))
    except CriticError as error:
        raise SystemExit(f"the server refused: {error.detail}") from error


def repeated(ask: Ask, batch: int, seconds: float) -> list[float]:
    """Seconds of each call, after one that is not counted."""
    images = np.random.default_rng(batch).integers(0, 256, (batch, 224, 224, 3), np.uint8)
    ask(images)
    times: list[float] = []
    began = time.perf_counter()
    while time.perf_counter() - began < seconds or len(times) < 5:
        before = time.perf_counter()
        ask(images)
        times.append(time.perf_counter() - before)
    return times


def figure_of(way: str, batch: int, clients: list[list[float]], core_ms: float | None = None) -> Figure:
    """Of the times of several clients: their rates add up, their latencies are one distribution."""
    rate = sum(batch * len(times) / sum(times) for times in clients)
    every = 1000 * np.concatenate(clients)
    return Figure(way, batch, rate, float(np.median(every)), float(np.quantile(every, 0.99)), core_ms)


def cpu_seconds(process: psutil.Process) -> float:
    """User and system time so far."""
    spent = process.cpu_times()
    return float(spent.user + spent.system)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


if __name__ == "__main__":
    main()
