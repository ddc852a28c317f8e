"""`make capacity`: cores, replicas and GPUs for a rate of photos.

    python -m infra.capacity --rate 50 --size 12MP                       50 photos a second of 12 megapixels
    python -m infra.capacity --rate 50 --size 2000x1500 --gpu gpu.json   with the measured figures of a GPU
    python -m infra.capacity --rate 50 --size 12MP --gpu 5000            with an assumed throughput of a GPU

The costs of a photo come from a file that `make capacity` measures on this machine, in two minutes. Method and limits:
docs/capacity.md
"""

import argparse
import sys
from pathlib import Path

from infra.capacity.costs import COSTS_FILE, MachineCosts, load_costs, megapixels_of
from infra.capacity.gpu import gpu_of
from infra.capacity.plan import Target, plan
from infra.capacity.queueing import Bounds
from infra.capacity.report import report
from infra.capacity.retention import Retention


def main() -> None:
    """Plan, and print."""
    arguments = parser().parse_args()
    try:
        sys.stdout.write(plan_text(arguments, load_costs(arguments.costs)) + "\n")
    except ValueError as error:
        raise SystemExit(str(error)) from error


class _Help(argparse.RawDescriptionHelpFormatter, argparse.ArgumentDefaultsHelpFormatter):
    """The description as it is, and each option with its default."""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    command = argparse.ArgumentParser(prog="python -m infra.capacity", description=__doc__, formatter_class=_Help)
    add = command.add_argument
    add("--rate", type=float, required=True, help="photos a second")
    add("--size", default="12MP", help="of a photo: 12MP or 4000x3000")
    add("--gpu", help="figures of `tests.load.inference --device cuda --json`, or an assumed throughput, photos/s")
    add("--utilisation", type=float, default=Bounds.utilisation, help="highest utilisation of a tier")
    add("--wait", type=float, default=Bounds.wait_seconds, help="99th percentile of the wait at each tier, seconds")
    add("--variation", type=float, default=Bounds.variation, help="mean squared variation of arrivals and of service")
    add("--spare", type=int, default=Target.spare, help="replicas of each tier that may be lost")
    add("--worker-processes", type=int, default=Target.worker_processes, help="of a worker replica")
    add("--inference-cores", type=int, default=Target.inference_cores, help="of an inference replica")
    add("--mean-rate", type=float, help="photos a second on average over the retention (default: the rate)")
    add(
        "--hours",
        type=float,
        default=Retention.hours,
        help="retention of a photo (CRITIC_PHOTO_TTL_SECONDS; 168: albums)",
    )
    add("--costs", type=Path, default=COSTS_FILE, help="file of measured costs, of another machine perhaps")
    return command


def plan_text(arguments: argparse.Namespace, costs: MachineCosts) -> str:
    """The report of a plan. Raises ValueError when there is none."""
    cost = costs.photo(megapixels_of(arguments.size))
    bounds = Bounds(arguments.utilisation, arguments.wait, arguments.variation)
    gpu = gpu_of(arguments.gpu, cost) if arguments.gpu else None
    target = Target(arguments.rate, bounds, arguments.spare, arguments.worker_processes, arguments.inference_cores, gpu)
    retention = Retention(arguments.mean_rate or arguments.rate, arguments.hours)
    tiers = plan(cost, costs.memory_mb, target, retention.redis_mb(costs.retained_kb))
    return report(tiers, cost, costs, target, retention)


if __name__ == "__main__":
    main()
