"""`make capacity`: how many cores, replicas and GPUs so many photos a second need.

    python -m tests.load.capacity --rate 50 --size 12MP                       50 photos a second of 12 megapixels
    python -m tests.load.capacity --rate 50 --size 2000x1500 --gpu gpu.json   with a GPU whose figures these are
    python -m tests.load.capacity --rate 50 --size 12MP --gpu 5000            … that is assumed to take so many

What photos cost is measured on this machine the first time, in two minutes, and kept; `--measure` takes it anew. The
method, and what it does not know: docs/capacity.md
"""

import argparse
import json
import re
from pathlib import Path

from pydantic import TypeAdapter
from tests.load.capacity.costs import Cost, Limits, megapixels_of
from tests.load.capacity.kept import KEPT, limits_here
from tests.load.capacity.plan import Gpu, Target, plan
from tests.load.capacity.queueing import Bound
from tests.load.capacity.telling import told
from tests.load.inference import Figure

FIGURES = TypeAdapter(list[Figure])


def main() -> None:
    """Plan, and print."""
    words = arguments().parse_args()
    limits = limits_here(words.limits, anew=words.measure)
    try:
        print(planned(words, limits))
    except ValueError as error:
        raise SystemExit(str(error)) from error


class _Help(argparse.RawDescriptionHelpFormatter, argparse.ArgumentDefaultsHelpFormatter):
    """The text above as it is, and each option with its default."""


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.capacity", description=__doc__, formatter_class=_Help)
    add = parser.add_argument
    add("--rate", type=float, required=True, help="photos a second")
    add("--size", default="12MP", help="of a photo: 12MP or 4000x3000")
    add("--gpu", help="figures of `tests.load.inference --device cuda --json`, or photos/s to assume")
    add("--share", type=float, default=Bound.share, help="highest utilisation of a tier")
    add("--wait", type=float, default=Bound.wait_seconds, help="seconds; 99 %% of photos wait less at each tier")
    add("--variation", type=float, default=Bound.variation, help="mean squared variation of arrivals and of service")
    add("--lost", type=int, default=Target.lost, help="replicas of each tier that may be lost")
    add("--worker-processes", type=int, default=Target.worker_processes, help="of a worker replica")
    add("--inference-cores", type=int, default=Target.inference_cores, help="of an inference replica")
    add("--limits", type=Path, default=KEPT, help="file of measured costs, of another machine perhaps")
    add("--measure", action="store_true", help="measure anew")
    return parser


def planned(words: argparse.Namespace, limits: Limits) -> str:
    """What is told of what was asked. ValueError when it cannot be."""
    cost = limits.of(megapixels_of(words.size))
    bound = Bound(words.share, words.wait, words.variation)
    gpu = gpu_of(words.gpu, cost) if words.gpu else None
    target = Target(words.rate, bound, words.lost, words.worker_processes, words.inference_cores, gpu)
    return told(plan(cost, limits.memory_mb, target), cost, limits, target)


def gpu_of(told: str, cost: Cost) -> Gpu:
    """A file of figures, or photos a second that somebody assumes. ValueError when it is neither."""
    if Path(told).is_file():
        best = max(through_server(Path(told)), key=lambda figure: figure.per_second)
        source = f"GPU as measured in {told}: {best.per_second:.0f} photos/s in batches of {best.batch}"
        return Gpu(best.per_second, best.median_ms / 1000, best.core_ms or 0.0, source)
    assumed = float(told) if re.fullmatch(r"\d+(\.\d+)?", told) else 0.0
    if not assumed:
        raise ValueError(f"{told} is no file of figures, and no number of photos a second")
    core_ms = cost.core_ms["inference"]
    source = f"**assumed, not measured**: a GPU takes {assumed:g} photos/s, and spares the processor nothing"
    return Gpu(assumed, 1 / assumed, core_ms, source)


def through_server(figures: Path) -> list[Figure]:
    """What the server answered, which is what counts."""
    found = [one for one in FIGURES.validate_python(json.loads(figures.read_text())) if one.way.startswith("server")]
    if not found:
        raise ValueError(f"{figures} holds no way through the server")
    return found


if __name__ == "__main__":
    main()
