"""Starts of the inference server: device, load time and warm-up of each model version, and the memory it takes.

    python -m tests.load.readiness services/inference/model_repository .cache/model_repository_gpu --device cuda
    python -m tests.load.readiness .cache/model_repository_gpu --device cuda --versions 2

With `--versions` every repository serves its model `aesthetics` in so many versions, and as many clients request all
of them at once. Exits with 1 unless every version is ready on the requested device: no silent fallback.
"""

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import onnxruntime
from tests.contract.inference.server_process import Server, our_server
from tests.load.inference import call_times, infer_or_exit
from tests.load.memory_plateau import memory
from tests.load.record import log_lines
from tests.support.waiting import until

from critic_core.contracts.manifest import MODEL_FILE
from critic_inference.serving.config import read_config
from critic_training.export.model_folder import read_manifest
from critic_training.publish.version import publish
from critic_worker.inference.client import InferenceClient

MODEL = "aesthetics"
BATCH = 32
VERDICTS = ("ready", "not_ready")  # lines of its log
START_SECONDS = 300  # its step ends it sooner


@dataclass
class Start:
    """One start of the server over a repository."""

    repository: str
    ready: bool
    seconds: float
    reasons: list[str]
    models: list[dict[str, Any]]
    """Lines `model_ready` of the log: model, version, device, load_seconds, warm_up_seconds."""
    megabytes: dict[str, float] = field(default_factory=dict)
    """Resident memory, and used memory of each GPU, after the warm-up."""
    per_second: dict[str, float] = field(default_factory=dict)
    """Photos a second of each version, requested at once in batches of 32."""


def main() -> None:
    """Start a server over each repository, print and save the findings."""
    arguments = parse_arguments()
    starts = [start(folder, arguments) for folder in arguments.repositories]
    for found in starts:
        print(json.dumps(asdict(found), indent=1))
    if arguments.json:
        save(arguments.json, starts)
    raise SystemExit(0 if all(on_device(found, arguments.device) for found in starts) else 1)


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Starts of the inference server.")
    parser.add_argument("repositories", type=Path, nargs="+", help="model repositories, one start for each")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--versions", type=int, default=1, help="versions of the model at once")
    parser.add_argument("--seconds", type=float, default=3.0, help="of requests to several versions")
    parser.add_argument("--json", type=Path, help="add the findings to this file")
    return parser.parse_args()


def start(repository: Path, arguments: argparse.Namespace) -> Start:
    """One start, observed until the server's own verdict."""
    with (
        tempfile.TemporaryDirectory() as folder,
        in_versions(repository, arguments.versions) as served,
        our_server(served, Path(folder), wait_ready=False, env={"CRITIC_DEVICE": arguments.device}) as server,
    ):
        found = verdict(repository.name, until(partial(log_until_verdict, server), START_SECONDS, "the verdict"))
        if found.ready:
            found.megabytes = memory(server)
        if found.ready and arguments.versions > 1:
            found.per_second = rates(server.grpc, arguments.versions, arguments.seconds)
        return found


@contextmanager
def in_versions(repository: Path, count: int) -> Iterator[Path]:
    """The repository itself, or one with its model in several versions of the same weights."""
    if count == 1:
        yield repository
        return
    with tempfile.TemporaryDirectory() as folder:
        version, largest = repository / MODEL / "1", read_config(repository / MODEL).max_batch_size
        for number in range(1, count + 1):
            manifest = read_manifest(version)
            publish(Path(folder), manifest, version / MODEL_FILE, str(number), count, largest)
        yield Path(folder)


def log_until_verdict(server: Server) -> list[dict[str, Any]]:
    """The lines of the log once the server is ready or says why not; empty before. AssertionError when it ended."""
    assert server.process.poll() is None, f"the server ended:\n{server.log_tail()}"
    with server.log.open(encoding="utf-8", errors="replace") as file:
        lines = list(log_lines(file))
    return lines if any(line.get("event") in VERDICTS for line in lines) else []


def verdict(repository: str, lines: list[dict[str, Any]]) -> Start:
    """A start, from the lines of its log."""
    models = [line for line in lines if line.get("event") == "model_ready"]
    last = next(line for line in lines if line.get("event") in VERDICTS)
    names = ("model", "version", "device", "load_seconds", "warm_up_seconds")
    return Start(
        repository=repository,
        ready=last["event"] == "ready",
        seconds=last["seconds"],
        reasons=list(last.get("reasons", [])),
        models=[{name: model[name] for name in names} for model in models],
    )


def rates(address: str, versions: int, seconds: float) -> dict[str, float]:
    """Photos a second of each version, all at once."""
    clients = [InferenceClient(address, MODEL, 120, str(number + 1)) for number in range(versions)]
    with ThreadPoolExecutor(versions) as threads:
        times = threads.map(lambda client: call_times(partial(infer_or_exit, client), BATCH, seconds), clients)
        found = {str(number + 1): BATCH * len(calls) / sum(calls) for number, calls in enumerate(times)}
    for client in clients:
        client.close()
    return found


def on_device(found: Start, device: str) -> bool:
    """True when every version computes on the requested device."""
    return found.ready and bool(found.models) and all(model["device"] == device for model in found.models)


def save(file: Path, starts: list[Start]) -> None:
    """Add the starts to those of earlier calls."""
    known: list[Any] = json.loads(file.read_text())["starts"] if file.is_file() else []
    known += [asdict(found) for found in starts]
    file.write_text(json.dumps({"machine": machine(), "starts": known}, indent=1))


def machine() -> dict[str, Any]:
    """Versions, CPUs, and the GPUs with their driver."""
    found: dict[str, Any] = {
        "python": platform.python_version(),
        "onnxruntime": onnxruntime.__version__,
        "providers": onnxruntime.get_available_providers(),
        "cpus": os.cpu_count(),
    }
    with suppress(ImportError):
        import pynvml  # noqa: PLC0415 - only the extra inference-gpu brings it

        with suppress(pynvml.NVMLError):  # no driver
            pynvml.nvmlInit()
            handles = [pynvml.nvmlDeviceGetHandleByIndex(number) for number in range(pynvml.nvmlDeviceGetCount())]
            found |= {
                "driver": pynvml.nvmlSystemGetDriverVersion(),
                "gpus": [pynvml.nvmlDeviceGetName(handle) for handle in handles],
            }
    return found


if __name__ == "__main__":
    main()
