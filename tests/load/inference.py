"""Throughput and latency of the network by batch size: ONNX Runtime alone, through our server, and in PyTorch.

    python -m tests.load.inference                                  on this machine's CPU
    python -m tests.load.inference --device cuda --json gpu.json    on a GPU (needs the extra inference-gpu, and for
                                                                    PyTorch its CUDA build: training/torch-cuda.txt)

All variants compute the same weights of the same file, from uint8 pixels to results in main memory. The first call of
each batch size does not count: it selects and compiles kernels and allocates their memory.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import psutil
import torch
from infra.capacity.gpu import FIGURES, Figure
from tests.contract.inference.server_process import Server, our_server

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
VARIANTS = ("raw", "bound", "server", "server-clients", "eager", "compiled")

Images = np.ndarray[Any, np.dtype[np.uint8]]
Infer = Callable[[Images], object]


def main() -> None:
    """Measure every variant at every batch size, and print a table as it grows."""
    arguments = parse_arguments()
    folder = arguments.repository / arguments.model
    file = next(iter(sorted(folder.glob("*/model.onnx"))))
    largest = read_config(folder).max_batch_size
    print(f"{arguments.model} of {arguments.repository.name} on {arguments.device}")
    print(f"ONNX Runtime {onnxruntime.__version__}\n")
    print("| variant | batch | photos/s | median ms | 99 % ms | server's core-ms a photo |\n|---|---|---|---|---|---|")
    for variant in arguments.variants:
        for figure in measure(variant, arguments, file, largest):
            core = "" if figure.core_ms is None else f"{figure.core_ms:.2f}"
            times = f"{figure.per_second:.1f} | {figure.median_ms:.2f} | {figure.p99_ms:.2f}"
            print(f"| {figure.variant} | {figure.batch} | {times} | {core} |", flush=True)
            if arguments.json:
                save(arguments.json, figure)


def save(file: Path, figure: Figure) -> None:
    """Add the figure to the file at once: a measurement that is cut short keeps what it has."""
    known = FIGURES.validate_json(file.read_bytes()) if file.is_file() else []
    others = [row for row in known if (row.variant, row.batch) != (figure.variant, figure.batch)]
    file.write_bytes(FIGURES.dump_json([*others, figure], indent=1))


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="The network by batch size: ONNX Runtime, our server, PyTorch.")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--repository", type=Path, help="model repository (default: the one for the device)")
    parser.add_argument("--model", default="aesthetics")
    parser.add_argument("--batches", type=_numbers, default=BATCHES, help="1,2,4,…")
    parser.add_argument("--variants", type=lambda text: text.split(","), default=VARIANTS, help=",".join(VARIANTS))
    parser.add_argument("--seconds", type=float, default=3.0, help="for each row")
    parser.add_argument("--json", type=Path, help="add the figures to this file")
    arguments = parser.parse_args()
    arguments.repository = arguments.repository or REPOSITORIES[arguments.device]
    return arguments


def measure(variant: str, arguments: argparse.Namespace, file: Path, largest: int) -> Iterator[Figure]:
    """A figure for each batch size; our server rejects those beyond its configuration."""
    if variant.startswith("server"):
        clients = CLIENTS if variant == "server-clients" else 1
        batches = [batch for batch in arguments.batches if batch <= largest]
        yield from measure_server(variant, arguments, batches, clients)
        return
    infer = {"raw": raw, "bound": bound, "eager": eager, "compiled": compiled}[variant](file, arguments.device)
    for batch in arguments.batches:
        yield figure_of(variant, batch, [call_times(infer, batch, arguments.seconds)])


def raw(file: Path, device: str) -> Infer:
    """Plain ONNX Runtime with the server's options."""
    settings = InferenceSettings()
    providers = execution_providers(Device(device), onnxruntime.get_available_providers(), settings)
    if device == "cuda":
        load_cuda_libraries()
    session = onnxruntime.InferenceSession(file, providers=providers)
    assert device != "cuda" or "CUDAExecutionProvider" in session.get_providers(), "this is no GPU: see the log above"
    return lambda images: session.run(None, {"image": images})


def bound(file: Path, device: str) -> Infer:
    """The server's session with IO binding."""
    session = OnnxSession(file, Device(device), InferenceSettings(io_binding=IoBinding.on))
    return lambda images: session.run({"image": images})


def eager(file: Path, device: str) -> Infer:
    """The same graph in PyTorch."""
    return in_torch(OnnxInTorch(file).to(device), device)


def compiled(file: Path, device: str) -> Infer:
    """… compiled, once for each batch size."""
    torch._dynamo.config.recompile_limit = 2 * len(BATCHES)
    return in_torch(torch.compile(OnnxInTorch(file).to(device), dynamic=False), device)


def in_torch(network: Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]], device: str) -> Infer:
    """From numpy to numpy; float32 may use TF32, as ONNX Runtime's may."""
    torch.set_float32_matmul_precision("high")

    @torch.inference_mode()
    def infer(images: Images) -> object:
        return [output.cpu().numpy() for output in network(torch.from_numpy(images).to(device))]

    return infer


def measure_server(variant: str, arguments: argparse.Namespace, batches: list[int], clients: int) -> Iterator[Figure]:
    """The server over gRPC, with one connection per worker's client."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"CRITIC_DEVICE": arguments.device, "CRITIC_LOG_LEVEL": "WARNING"}
        with our_server(arguments.repository, Path(folder), env=environment) as server:
            process = psutil.Process(server.process.pid)
            for batch in batches:
                before = cpu_seconds(process)
                times = measure_clients(server, arguments, batch, clients)
                photos = sum(len(client_times) + 1 for client_times in times) * batch
                yield figure_of(variant, batch, times, 1000 * (cpu_seconds(process) - before) / photos)


def measure_clients(server: Server, arguments: argparse.Namespace, batch: int, clients: int) -> list[list[float]]:
    """Seconds of each call, by client."""
    with open_clients(server.grpc, arguments.model, clients) as calls, ThreadPoolExecutor(clients) as threads:
        return list(threads.map(lambda infer: call_times(infer, batch, arguments.seconds), calls))


@contextmanager
def open_clients(address: str, model: str, clients: int) -> Iterator[list[Infer]]:
    """Calls of this many worker's clients."""
    opened = [InferenceClient(address, model, timeout_seconds=120) for _ in range(clients)]
    try:
        yield [partial(infer_or_exit, client) for client in opened]
    finally:
        for client in opened:
            client.close()


def infer_or_exit(client: InferenceClient, images: Images) -> object:
    """The results; an error ends the measurement."""
    try:
        return client.classify(list(images))
    except CriticError as error:
        raise SystemExit(f"the server failed: {error.detail}") from error


def call_times(infer: Infer, batch: int, seconds: float) -> list[float]:
    """Seconds of each call, after an uncounted one."""
    images = np.random.default_rng(batch).integers(0, 256, (batch, 224, 224, 3), np.uint8)
    infer(images)
    times: list[float] = []
    began = time.perf_counter()
    while time.perf_counter() - began < seconds or len(times) < 5:
        before = time.perf_counter()
        infer(images)
        times.append(time.perf_counter() - before)
    return times


def figure_of(variant: str, batch: int, clients: list[list[float]], core_ms: float | None = None) -> Figure:
    """The rates of several clients add up; their latencies are one distribution."""
    rate = sum(batch * len(times) / sum(times) for times in clients)
    milliseconds = 1000 * np.concatenate(clients)
    return Figure(variant, batch, rate, float(np.median(milliseconds)), float(np.quantile(milliseconds, 0.99)), core_ms)


def cpu_seconds(process: psutil.Process) -> float:
    """User and system time so far."""
    spent = process.cpu_times()
    return float(spent.user + spent.system)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


if __name__ == "__main__":
    main()
