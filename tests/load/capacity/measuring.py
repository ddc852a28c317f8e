"""What photos cost on this machine: the real stack, kept busy with photos of one size after the other."""

import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.load.bench import MODEL, peak_memory
from tests.load.capacity.costs import Cost, Limits
from tests.load.photos import jpegs
from tests.load.shoot import run_album
from tests.load.stages import prepared_stages
from tests.support.local_stack import LocalStack

SIZES = ((1024, 768), (2000, 1500), (4000, 3000), (6000, 4000))
DIFFERENT_PHOTOS, PHOTOS = 6, 120
PROCESSES = {
    "critic_gateway": "gateway",
    "critic_worker": "worker",
    "critic_inference": "inference",
    "valkey-server": "redis",
    "redis-server": "redis",
}


def measure(sizes: tuple[tuple[int, int], ...] = SIZES, photos: int = PHOTOS) -> Limits:
    """Every size on one stack, which is started for it and stopped again."""
    with running() as stack:
        costs = [cost_of(stack, size, photos) for size in sizes]
        memory = by_service(peak_memory(stack.processes()))
    return Limits(machine(), os.cpu_count() or 1, datetime.now(UTC).date().isoformat(), costs, memory)


@contextmanager
def running() -> Iterator[LocalStack]:
    """The local stack, as `make run` starts it."""
    with tempfile.TemporaryDirectory() as folder:
        stack = LocalStack(Path(folder) / "data")
        stack.start()
        try:
            yield stack
        finally:
            stack.stop()


def cost_of(stack: LocalStack, size: tuple[int, int], photos: int) -> Cost:
    """Of photos of one size: first the steps of a worker by themselves, then everything, as it is in use."""
    made = jpegs(DIFFERENT_PHOTOS, size)
    steps = {stage.name: stage.core_ms for stage in prepared_stages(made, MODEL)}
    shot = [made[number % len(made)] + f"{size} {number}".encode() for number in range(photos)]
    core_ms = by_service(run_album(stack, shot).core_ms)
    cost = Cost(size[0] * size[1] / 1e6, sum(map(len, made)) / len(made) / 1e6, core_ms, steps)
    sys.stderr.write(f"{size[0]}×{size[1]}: {cost.together:.1f} core-ms a photo\n")
    return cost


def by_service(figures: dict[str, float]) -> dict[str, float]:
    """Of the services alone: neither the client nor what starts and watches the stack is part of one that serves."""
    return {service: figures[process] for process, service in PROCESSES.items() if process in figures}


def machine() -> str:
    """Its name and its processor, which are what figures belong to."""
    return f"{platform.node()} ({processor()})"


def processor() -> str:
    """As Linux tells it; the architecture where it does not."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
