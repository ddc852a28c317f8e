"""`make capacity CHECK=1`: one worker is measured, two are foretold, two are measured. In containers, with real photos.

    python -m tests.load.capacity.check                          1024×768, a quarter of a core for each worker
    python -m tests.load.capacity.check --inference-share 0.1    two workers are more than inference can answer then

Each worker may use a part of one core, so that a second one has something to add on a machine of two cores. The queue
is full all the time: a run counts from when all photos are sent and the first ones done until the last are in hand.
"""

import argparse
import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.compose.stack import Stack, engine_missing
from tests.load.capacity.costs import Cost, megapixels_of
from tests.load.capacity.full_queue import idle, observed, restrict
from tests.load.capacity.kept import KEPT, limits_here
from tests.load.capacity.step import Seen, Shares, error, foretold, limits, median
from tests.load.photos import jpegs
from tests.support.redis_server import free_port

DIFFERENT_PHOTOS = 6
HEAD = (
    "| workers | photos/s, median (from, to) | foretold | error | foretold from costs alone | error |\n"
    + "|---" * 6
    + "|"
)


def main() -> None:
    """Measure, foretell, measure, print."""
    words = arguments().parse_args()
    if reason := engine_missing():
        raise SystemExit(reason)
    shares = Shares(shares_of(words), os.cpu_count() or 1)
    width, height = (int(part) for part in words.size.split("x"))
    photos = jpegs(DIFFERENT_PHOTOS, (width, height))
    with running() as stack:
        runs = {1: several(stack, 1, shares, photos, words)}
        spare = shares.without(idle(stack))
        runs[2] = several(stack, 2, shares, photos, words)
    print(told(runs, shares, spare, limits_here(words.limits).of(megapixels_of(words.size))))


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.load.capacity.check",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--size", default="1024x768", help="of the photos (1024x768)")
    parser.add_argument("--share", type=float, default=0.25, help="of a core, for each worker (0.25)")
    parser.add_argument("--inference-share", type=float, help="of a core, for inference (as many as there are)")
    parser.add_argument("--photos", type=int, default=200, help="of a run (200)")
    parser.add_argument("--runs", type=int, default=3, help="with one worker, and with two (3)")
    parser.add_argument("--limits", type=Path, default=KEPT, help="what photos cost")
    return parser


def shares_of(words: argparse.Namespace) -> dict[str, float]:
    """Cores that a replica of each service may use, where that is limited."""
    inference = {"inference": words.inference_share} if words.inference_share else {}
    return {"worker": words.share, **inference}


@contextmanager
def running() -> Iterator[Stack]:
    """A stack of its own, with the images as they are built now."""
    stack = Stack(f"photo-critic-capacity-{uuid.uuid4().hex[:8]}", free_port())
    try:
        stack.build()
        stack.up()
        yield stack
    finally:
        stack.down()


def several(stack: Stack, workers: int, shares: Shares, photos: list[bytes], words: argparse.Namespace) -> list[Seen]:
    """Runs with so many workers."""
    stack.scale(worker=workers)
    for service, share in shares.replica.items():
        restrict(stack, service, share)
    runs = []
    for _ in range(words.runs):
        runs.append(observed(stack, photos, words.photos))
        sys.stderr.write(f"{workers}: {runs[-1].per_second:.2f} photos/s\n")
    return runs


def told(runs: dict[int, list[Seen]], shares: Shares, spare: Shares, cost: Cost) -> str:
    """Both steps as a table; what one worker does is foretold from costs alone, two also from one."""
    seen = {workers: median(of) for workers, of in runs.items()}
    lines = [HEAD]
    for workers, one in seen.items():
        rates = [run.per_second for run in runs[workers]]
        step = foretold(seen[1], shares, {"worker": workers})
        alone = min(limits(cost.core_ms, spare, {"worker": workers}).values())
        known = compared(step, one) if workers > 1 else "| "
        cells = f"{one.per_second:.2f} ({min(rates):.2f}, {max(rates):.2f})"
        lines.append(f"| {workers} | {cells} | {known} | {compared(alone, one)} |")
    costs_seen = ", ".join(f"{name} {value:.1f}" for name, value in sorted(seen[1].core_ms.items()))
    resting = ", ".join(f"{name} {share - spare.replica[name]:.3f}" for name, share in shares.replica.items())
    return "\n".join([*lines, "", f"core-ms a photo with one worker: {costs_seen}", f"cores used at rest: {resting}"])


def compared(predicted: float, seen: Seen) -> str:
    """Two cells."""
    return f"{predicted:.2f} | {100 * error(predicted, seen.per_second):+.1f} %"


if __name__ == "__main__":
    main()
