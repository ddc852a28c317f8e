"""Checks the capacity planner: measure one worker, predict two, measure two. In containers, with real photos.

    python -m tests.load.capacity_check                          1024×768, a quarter of a core for each worker
    python -m tests.load.capacity_check --inference-cores 0.1    inference is the bottleneck of two workers

Each worker may use a part of one core, so that a second one has something to add on a machine of two cores. The queue
is never empty: a run counts from the end of the upload, with the first photos done, until the last ones are reserved.
"""

import argparse
import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.capacity.costs import COSTS_FILE, PhotoCost, load_costs, megapixels_of
from tests.compose.stack import Stack, engine_missing
from tests.load.capacity_check.full_queue import idle, measure_run, restrict
from tests.load.capacity_check.prediction import Cores, Run, max_rates, median_run, predicted_rate, relative_error
from tests.load.photos import jpegs
from tests.support.redis_server import free_port

DIFFERENT_PHOTOS = 6
HEAD = (
    "| workers | photos/s, median (from, to) | predicted | error | predicted from costs alone | error |\n"
    + "|---" * 6
    + "|"
)


def main() -> None:
    """Measure, predict, measure, print."""
    arguments = parser().parse_args()
    if reason := engine_missing():
        raise SystemExit(reason)
    cost = load_costs(arguments.costs).photo(megapixels_of(arguments.size))
    cores = Cores(limited_cores(arguments), os.cpu_count() or 1)
    width, height = (int(length) for length in arguments.size.split("x"))
    photos = jpegs(DIFFERENT_PHOTOS, (width, height))
    with running() as stack:
        runs = {1: measure_runs(stack, 1, cores, photos, arguments)}
        spare = cores.without(idle(stack))
        runs[2] = measure_runs(stack, 2, cores, photos, arguments)
    print(report(runs, cores, spare, cost))


def parser() -> argparse.ArgumentParser:
    """The command line."""
    command = argparse.ArgumentParser(
        prog="python -m tests.load.capacity_check",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--size", default="1024x768", help="of the photos (1024x768)")
    command.add_argument("--worker-cores", type=float, default=0.25, help="CPU limit of each worker (0.25)")
    command.add_argument("--inference-cores", type=float, help="CPU limit of inference (none)")
    command.add_argument("--photos", type=int, default=200, help="of a run (200)")
    command.add_argument("--runs", type=int, default=3, help="with one worker, and with two (3)")
    command.add_argument("--costs", type=Path, default=COSTS_FILE, help="file of measured costs")
    return command


def limited_cores(arguments: argparse.Namespace) -> dict[str, float]:
    """CPU limit of a replica, by service."""
    inference = {"inference": arguments.inference_cores} if arguments.inference_cores else {}
    return {"worker": arguments.worker_cores, **inference}


@contextmanager
def running() -> Iterator[Stack]:
    """A separate stack of freshly built images."""
    stack = Stack(f"photo-critic-capacity-{uuid.uuid4().hex[:8]}", free_port())
    try:
        stack.build()
        stack.up()
        yield stack
    finally:
        stack.down()


def measure_runs(
    stack: Stack, workers: int, cores: Cores, photos: list[bytes], arguments: argparse.Namespace
) -> list[Run]:
    """Runs with this number of workers."""
    stack.scale(worker=workers)
    for service, limit in cores.replica.items():
        restrict(stack, service, limit)
    runs = []
    for _ in range(arguments.runs):
        runs.append(measure_run(stack, photos, arguments.photos))
        sys.stderr.write(f"{workers}: {runs[-1].per_second:.2f} photos/s\n")
    return runs


def report(runs: dict[int, list[Run]], cores: Cores, spare: Cores, cost: PhotoCost) -> str:
    """A table: one worker predicted from costs alone, two also from the measurement of one."""
    medians = {workers: median_run(repeats) for workers, repeats in runs.items()}
    lines = [HEAD]
    for workers, median in medians.items():
        rates = [run.per_second for run in runs[workers]]
        from_one = predicted_rate(medians[1], cores, {"worker": workers})
        from_costs = min(max_rates(cost.core_ms, spare, {"worker": workers}).values())
        cells = f"{median.per_second:.2f} ({min(rates):.2f}, {max(rates):.2f})"
        known = prediction_cells(from_one, median) if workers > 1 else "| "
        lines.append(f"| {workers} | {cells} | {known} | {prediction_cells(from_costs, median)} |")
    core_ms = ", ".join(f"{name} {value:.1f}" for name, value in sorted(medians[1].core_ms.items()))
    idle_cores = ", ".join(f"{name} {limit - spare.replica[name]:.3f}" for name, limit in cores.replica.items())
    return "\n".join(
        [*lines, "", f"core-ms a photo with one worker: {core_ms}", f"cores in use when idle: {idle_cores}"]
    )


def prediction_cells(predicted: float, measured: Run) -> str:
    """Two cells of the table."""
    return f"{predicted:.2f} | {100 * relative_error(predicted, measured.per_second):+.1f} %"


if __name__ == "__main__":
    main()
