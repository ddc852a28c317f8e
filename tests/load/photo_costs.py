"""Measures the costs of a photo on this machine for `make capacity`: the local stack under a load of each size.

python -m tests.load.photo_costs            unless they were measured on this machine before
python -m tests.load.photo_costs --force    two minutes, in which nothing else should run
CRITIC_INFERENCE_ENGINE=openvino python -m tests.load.photo_costs
"""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import redis
from infra.capacity.costs import COSTS_FILE, MachineCosts, PhotoCost, load_costs, save_costs
from tests.load.bench import MODEL, peak_memory
from tests.load.photos import jpegs
from tests.load.shoot import run_album
from tests.load.stages import prepared_stages
from tests.support.local_stack import LocalStack

SIZES = ((1024, 768), (2000, 1500), (4000, 3000), (6000, 4000))
DIFFERENT_PHOTOS, PHOTOS = 6, 120
SERVICES = {
    "critic_gateway": "gateway",
    "critic_worker": "worker",
    "critic_worker.decoding": "decoder",
    "critic_inference": "inference",
    "valkey-server": "redis",
    "redis-server": "redis",
}
"""Service by process name."""


def main() -> None:
    """Measure where necessary, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--force", action="store_true", help="measure again")
    if parser.parse_args().force or not is_current(COSTS_FILE):
        save_costs(measure(), COSTS_FILE)


def is_current(path: Path) -> bool:
    """True for a file of costs that were measured on this machine."""
    try:
        return load_costs(path).machine == machine()
    except ValueError:  # none, or of another version
        return False


def measure(sizes: tuple[tuple[int, int], ...] = SIZES, photos: int = PHOTOS) -> MachineCosts:
    """Every size on one local stack."""
    with local_stack() as stack:
        costs = [photo_cost(stack, sizes[0], photos)]
        before = stored_bytes(stack)  # with every script and connection in memory
        costs += [photo_cost(stack, size, photos) for size in sizes[1:]]
        memory = by_service(peak_memory(stack.processes()))
        retained = retained_kb(before, stored_bytes(stack))
    return MachineCosts(machine(), os.cpu_count() or 1, datetime.now(UTC).date().isoformat(), costs, memory, retained)


@contextmanager
def local_stack() -> Iterator[LocalStack]:
    """The local stack of `make run`."""
    with tempfile.TemporaryDirectory() as folder:
        stack = LocalStack(Path(folder) / "data")
        stack.start()
        try:
            yield stack
        finally:
            stack.stop()


def photo_cost(stack: LocalStack, size: tuple[int, int], photos: int) -> PhotoCost:
    """One size: first the steps of a worker alone, then the whole stack."""
    sources = jpegs(DIFFERENT_PHOTOS, size)
    steps = {stage.name: stage.core_ms for stage in prepared_stages(sources, MODEL)}
    album = [sources[number % len(sources)] + f"{size} {number}".encode() for number in range(photos)]
    core_ms = by_service(run_album(stack, album).core_ms)
    core_ms["worker"] += core_ms.pop("decoder")
    cost = PhotoCost(size[0] * size[1] / 1e6, sum(map(len, sources)) / len(sources) / 1e6, core_ms, steps)
    sys.stderr.write(f"{size[0]}×{size[1]}: {cost.total_core_ms:.1f} core-ms a photo\n")
    return cost


def stored_bytes(stack: LocalStack) -> dict[str, int]:
    """Memory in use by Redis, bytes of all previews, and their number."""
    with redis.Redis.from_url(stack.note().redis_url) as client:
        memory: Any = client.info("memory")
    previews = [path.stat().st_size for path in stack.data_folder.rglob("preview.jpg")]
    return {"redis": int(memory["used_memory"]), "preview": sum(previews), "photos": len(previews)}


def retained_kb(before: dict[str, int], after: dict[str, int]) -> dict[str, float]:
    """Kilobytes that a photo of an album leaves in Redis, and as a preview."""
    photos = after["photos"] - before["photos"]
    return {name: (after[name] - before[name]) / photos / 1000 for name in ("redis", "preview")}


def by_service(figures: dict[str, float]) -> dict[str, float]:
    """Figures of the services alone, without the client and the supervisor."""
    return {service: figures[process] for process, service in SERVICES.items() if process in figures}


def machine() -> str:
    """Host name, processor, and the engine of inference where it is no default: the scope of the figures."""
    engine = os.environ.get("CRITIC_INFERENCE_ENGINE")
    return f"{platform.node()} ({processor()})" + (f" with {engine}" if engine else "")


def processor() -> str:
    """The CPU's model name on Linux; elsewhere the architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


if __name__ == "__main__":
    main()
