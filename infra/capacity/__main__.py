"""`make capacity`: cores, replicas and GPUs for a rate of photos.

    python -m infra.capacity --rate 50 --size 12MP                       50 photos a second of 12 megapixels
    python -m infra.capacity --rate 50 --size 2000x1500 --gpu gpu.json   with the measured figures of a GPU
    python -m infra.capacity --rate 50 --size 12MP --gpu 5000            with an assumed throughput of a GPU
    python -m infra.capacity --rate 100 --stacks 2 --spare-stacks 1      two regions, each able to carry all

The costs of a photo come from a file that `make capacity` measures on this machine, in two minutes. Method and limits:
docs/capacity.md
"""

import argparse
import sys
from pathlib import Path

from infra.capacity.costs import COSTS_FILE, MachineCosts, PhotoCost, load_costs, megapixels_of
from infra.capacity.gpu import gpu_of, with_decoding
from infra.capacity.money import HOURS_A_MONTH, Prices, bill
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
    add("--bucket-ms", type=float, default=0.0, help="latency of a request to a bucket, milliseconds; 0: a folder")
    add("--gpu-decode", type=float, help="photos a second that a GPU is assumed to decode, in place of the workers")
    add("--stacks", type=int, default=1, help="stacks that share the rate, such as regions")
    add("--spare-stacks", type=int, default=0, help="stacks that may be lost")
    add("--prices", help="of a core hour, a GPU hour, a GB of memory and of storage a month: 0.03,1.5,2.5,0.02")
    add("--costs", type=Path, default=COSTS_FILE, help="file of measured costs, of another machine perhaps")
    return command


def plan_text(arguments: argparse.Namespace, costs: MachineCosts) -> str:
    """The report of a plan, of one of several stacks. Raises ValueError when there is none."""
    cost, share = costs.photo(megapixels_of(arguments.size)), share_of(arguments.stacks, arguments.spare_stacks)
    target = target_of(arguments, cost, arguments.rate * share)
    mean_rate = arguments.mean_rate or arguments.rate
    retention = Retention(mean_rate * share, arguments.hours)
    tiers = plan(cost, costs.memory_mb, target, retention.redis_mb(costs.retained_kb))
    sections = [report(tiers, cost, costs, target, retention)]
    if arguments.stacks > 1:
        sections.append(f"Each of {arguments.stacks} stacks; {arguments.spare_stacks} may be lost.")
    if arguments.prices:
        storage_gb = Retention(mean_rate, arguments.hours).storage_gb(cost, costs.retained_kb)
        photos = mean_rate * HOURS_A_MONTH * 3600
        sections.append(bill(Prices.read(arguments.prices), tiers, storage_gb, arguments.stacks, photos))
    return "\n\n".join(sections)


def share_of(stacks: int, spare: int) -> float:
    """The part of the rate that a stack must carry. Raises ValueError when all stacks may be lost."""
    if not 0 <= spare < stacks:
        raise ValueError(f"of {stacks} stacks, {spare} cannot be lost")
    return 1 / (stacks - spare)


def target_of(arguments: argparse.Namespace, cost: PhotoCost, rate: float) -> Target:
    """The target of one stack. Raises ValueError for a GPU without figures."""
    bounds = Bounds(arguments.utilisation, arguments.wait, arguments.variation)
    gpu = gpu_of(arguments.gpu, cost) if arguments.gpu else None
    if arguments.gpu_decode:
        if gpu is None:
            raise ValueError("--gpu-decode needs --gpu")
        gpu = with_decoding(gpu, arguments.gpu_decode)
    processes, cores = arguments.worker_processes, arguments.inference_cores
    return Target(rate, bounds, arguments.spare, processes, cores, gpu, arguments.bucket_ms / 1000)


if __name__ == "__main__":
    main()
