"""Checks the capacity planner: measure, predict a change, measure again. In containers, with real photos.

    python -m tests.load.capacity_check              three changes: workers, inference replicas, size of photos
    python -m tests.load.capacity_check --runs 1     quicker, less exact

Limited services may use a part of one core, so that a second replica has something to add on a machine of two cores.
The queue is never empty: a run counts from the end of the upload, with the first photos done, until the last ones are
reserved. Fails when a prediction is off by more than --limit percent.
"""

import argparse
import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.capacity.costs import COSTS_FILE, MachineCosts, load_costs
from tests.compose.stack import Stack, engine_missing
from tests.load.capacity_check.full_queue import measure_run, restrict
from tests.load.capacity_check.prediction import Run, median_run, relative_error
from tests.load.capacity_check.steps import STEPS, Case, Step
from tests.load.photos import jpegs
from tests.support.ports import free_port

DIFFERENT_PHOTOS = 6
HEAD = "| change | before, photos/s | predicted | measured | error |\n" + "|---" * 5 + "|"
LIMITED = ("worker", "inference")
LONG_WAITS = "tests/load/capacity_check/long-waits.yml"


def main() -> int:
    """Measure, predict, measure, print; 1 when a prediction failed."""
    arguments = parser().parse_args()
    if reason := engine_missing():
        raise SystemExit(reason)
    costs, errors = load_costs(arguments.costs), []
    print(HEAD)
    with running() as stack:
        for step in STEPS:
            row, error = check(stack, step, costs, arguments)
            errors.append(error)
            print(row, flush=True)
    return int(max(map(abs, errors)) > arguments.limit / 100)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    command = argparse.ArgumentParser(
        prog="python -m tests.load.capacity_check",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--photos", type=int, default=200, help="of a run (200)")
    command.add_argument("--runs", type=int, default=3, help="before a change, and after it (3)")
    command.add_argument("--limit", type=float, default=10, help="largest error, percent (10)")
    command.add_argument("--costs", type=Path, default=COSTS_FILE, help="file of measured costs")
    return command


def check(stack: Stack, step: Step, costs: MachineCosts, arguments: argparse.Namespace) -> tuple[str, float]:
    """A row of the table, and the error of the prediction."""
    before, after = (measure(stack, step, case, arguments) for case in (step.before, step.after))
    predicted = step.predicted(before, costs, os.cpu_count() or 1)
    error = relative_error(predicted, after.per_second)
    cells = [
        step.name,
        f"{before.per_second:.2f}",
        f"{predicted:.2f}",
        f"{after.per_second:.2f}",
        f"{100 * error:+.1f} %",
    ]
    return f"| {' | '.join(cells)} |", error


def measure(stack: Stack, step: Step, case: Case, arguments: argparse.Namespace) -> Run:
    """The median of the runs of one case."""
    stack.scale(**case.replicas)
    for service in LIMITED:
        restrict(stack, service, step.cores.get(service))
    width, height = map(int, case.size.split("x"))
    photos, runs = jpegs(DIFFERENT_PHOTOS, (width, height)), list[Run]()
    for _ in range(arguments.runs):
        runs.append(measure_run(stack, photos, arguments.photos))
        sys.stderr.write(f"{step.name}: {runs[-1].per_second:.2f} photos/s\n")
    return median_run(runs)


@contextmanager
def running() -> Iterator[Stack]:
    """A separate stack of freshly built images."""
    stack = Stack(f"photo-critic-capacity-{uuid.uuid4().hex[:8]}", free_port(), LONG_WAITS)
    try:
        stack.build()
        stack.up()
        yield stack
    finally:
        stack.down()


if __name__ == "__main__":
    sys.exit(main())
