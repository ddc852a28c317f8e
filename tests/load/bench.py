"""`make bench`: each stage's limit, then the whole local stack on the same machine, as ratios to the smallest limit.

    python -m tests.load.bench [--json FILE]

The client, the gateway, the queue and every stage share the same cores. Hence two ratios: to the smallest stage limit
(each stage measured alone on all cores), and to the limit when all stages share the cores (the sum of their core
times).
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
import psutil
from tests.load.photos import SIZES, jpegs, shoot
from tests.load.shoot import AlbumRun, run_album
from tests.load.stages import Stage, stages
from tests.support.local_stack import LocalStack

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "services" / "inference" / "model_repository" / "aesthetics" / "1"
DIFFERENT_PHOTOS, ALONE, TOGETHER, CLIENTS = 6, 20, 120, 16
SHOOT = 500


@dataclass(frozen=True)
class EndToEnd:
    """The stack under one photo at a time, then under many."""

    latency_ms_median: float
    latency_ms_p95: float
    over_stages_ms_median: float
    per_second: float


def main() -> None:
    """Measure, print, and with --json save the figures."""
    parser = argparse.ArgumentParser(description="Measure the stages and the whole stack.")
    parser.add_argument("--json", type=Path, help="save the figures to this file")
    arguments = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    figures = {name: measure(name, size) for name, size in SIZES.items()}
    figures[f"album of {SHOOT}"] = measure_album(shoot(SHOOT))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1))


def measure(name: str, size: tuple[int, int]) -> dict[str, object]:
    """The stages alone, then the stack."""
    photos = jpegs(DIFFERENT_PHOTOS, size)
    print(f"\n{name}, {statistics.mean(map(len, photos)) / 1e6:.2f} MB each")
    limits = stages(photos, MODEL)
    for stage in limits:
        print(f"  {stage.name:32} {stage.core_ms:7.2f} core-ms a photo {stage.per_second:8.1f} photos/s")
    with tempfile.TemporaryDirectory() as folder:
        stack = LocalStack(Path(folder) / "data")
        stack.start()
        try:
            result = end_to_end(stack.url, photos)
            memory = peak_memory(stack.processes())
        finally:
            stack.stop()
    smallest, shared = ratios(limits, result.per_second)
    alone = f"{result.latency_ms_median:7.1f} ms median, {result.latency_ms_p95:.1f} p95"
    print(f"  one photo alone                  {alone}")
    print(f"    over the sum of its stages     {result.over_stages_ms_median:7.1f} ms median")
    print(f"  {CLIENTS} clients at once             {result.per_second:7.1f} photos/s")
    print(f"    to the smallest stage limit    {smallest:7.2f}")
    print(f"    to the cores shared by stages  {shared:7.2f}")
    for process, megabytes in memory.items():
        print(f"  peak memory {process:20} {megabytes:7.0f} MB")
    stage_records = [asdict(stage) for stage in limits]
    return {"stages": stage_records, "end_to_end": asdict(result), "ratios": [smallest, shared], "memory_mb": memory}


def measure_album(photos: list[bytes]) -> dict[str, object]:
    """An album of real photographs through REST, from the first upload to the last critique."""
    print(f"\nalbum of {len(photos)} real photographs, {statistics.mean(map(len, photos)) / 1e6:.2f} MB each")
    limits = stages(photos[:: len(photos) // 40 or 1], MODEL)
    with tempfile.TemporaryDirectory() as folder:
        stack = LocalStack(Path(folder) / "data")
        stack.start()
        try:
            run = run_album(stack, photos)
        finally:
            stack.stop()
    smallest, shared = ratios(limits, run.per_second)
    print(f"  all photos                       {run.per_second:7.1f} photos/s")
    print(f"    to the smallest stage limit    {smallest:7.2f}")
    print(f"    to the cores shared by stages  {shared:7.2f}")
    print(f"    outside decode and inference   {outside(limits, run):7.2f} of the cores' time")
    for process, milliseconds in run.core_ms.items():
        print(f"  core time {process:22} {milliseconds:7.1f} core-ms a photo")
    stage_records = [asdict(stage) for stage in limits]
    figures = {"stages": stage_records, "album": asdict(run), "ratios": [smallest, shared]}
    return {**figures, "outside": outside(limits, run)}


def outside(limits: list[Stage], run: AlbumRun) -> float:
    """Fraction of the machine's time outside decoding and the network, idle time included."""
    decoding = next(stage for stage in limits if stage.name == "decode")
    runtime = min((stage for stage in limits if "Runtime" in stage.name), key=lambda stage: stage.core_ms)
    whole = 1000 * (os.cpu_count() or 1) / run.per_second
    return 1 - (decoding.core_ms + runtime.core_ms) / whole


def end_to_end(url: str, photos: list[bytes]) -> EndToEnd:
    """Photos through the gateway, one by one and concurrently."""
    with httpx.Client(base_url=url, timeout=60) as client:
        for photo in photos:
            timed_upload(client, photo)
        alone = [timed_upload(client, photos[number % len(photos)]) for number in range(ALONE)]
        with ThreadPoolExecutor(CLIENTS) as clients:
            began = time.perf_counter()
            list(clients.map(lambda number: timed_upload(client, photos[number % len(photos)]), range(TOGETHER)))
            seconds = time.perf_counter() - began
    latencies = sorted(latency for latency, _ in alone)
    over = statistics.median(latency - stages_ms for latency, stages_ms in alone)
    p95 = latencies[int(0.95 * (len(latencies) - 1))]
    return EndToEnd(statistics.median(latencies), p95, over, TOGETHER / seconds)


def timed_upload(client: httpx.Client, photo: bytes) -> tuple[float, float]:
    """Milliseconds until the critique, and those of its stages in the worker."""
    began = time.perf_counter()
    reply = client.post("/v1/photos", params={"wait": 30}, content=photo)
    latency = 1000 * (time.perf_counter() - began)
    assert reply.status_code == 200, reply.text
    return latency, reply.json()["critique"]["timings_ms"]["total"]


def ratios(limits: list[Stage], per_second: float) -> tuple[float, float]:
    """The rate relative to the smallest stage limit, and to the limit of shared cores."""
    runtime = max((stage for stage in limits if "Runtime" in stage.name), key=lambda stage: stage.per_second)
    needed = [stage for stage in limits if "Runtime" not in stage.name] + [runtime]
    shared = 1000 * (os.cpu_count() or 1) / sum(stage.core_ms for stage in needed)
    return per_second / min(stage.per_second for stage in needed), per_second / shared


def peak_memory(processes: list[psutil.Process]) -> dict[str, float]:
    """Peak resident size of each kind of process of the stack, megabytes (Linux: VmHWM)."""
    peaks: dict[str, float] = {}
    for process in processes:
        name = next((part for part in process.cmdline() if part.startswith("critic_")), process.name())
        status = Path(f"/proc/{process.pid}/status").read_text()
        kilobytes = int(status.split("VmHWM:")[1].split()[0])
        peaks[name] = max(peaks.get(name, 0), kilobytes / 1024)
    return peaks


if __name__ == "__main__":
    main()
