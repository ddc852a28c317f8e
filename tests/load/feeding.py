"""What limits once the network is on a GPU: how many cores of decoding feed so many inferences a second.

    python -m tests.load.feeding --per-second 5000
    python -m tests.load.feeding --figures gpu.json      what `tests.load.inference --json gpu.json` measured

Before a photo is asked about, a worker decodes it, measures it and prepares it for the network; what each of these
costs a core is measured here, on this machine, one process on every core. The queue, the gateway and the copying of
answers come on top, so that the cores named are the fewest.
"""

import argparse
import json
import os
from dataclasses import dataclass
from pathlib import Path

from tests.load.bench import MODEL, SIZES
from tests.load.photos import jpegs
from tests.load.stages import WORK, Stage, prepared_stages

DIFFERENT_PHOTOS = 6


@dataclass(frozen=True)
class Feeding:
    """What one photo of a size costs a worker, milliseconds of one core."""

    size: str
    stages: list[Stage]

    @property
    def core_ms(self) -> float:
        """All stages."""
        return sum(stage.core_ms for stage in self.stages)

    def cores(self, per_second: float) -> float:
        """That are busy with so many photos."""
        return per_second * self.core_ms / 1000


def main() -> None:
    """Measure the stages, and set them against what inference takes."""
    parser = argparse.ArgumentParser(description="The cores that feed a GPU.")
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--per-second", type=float, help="inferences a second")
    given.add_argument("--figures", type=Path, help="figures of tests.load.inference, as JSON")
    told = parser.parse_args()
    per_second = told.per_second or best(json.loads(told.figures.read_text()))
    cores = os.cpu_count() or 1
    print(f"inference takes {per_second:.0f} photos/s; this machine has {cores} cores\n")
    head = ["photos", *WORK, "together", "photos/s of a core", "cores that feed it", "photos/s here, limited by"]
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for name, size in SIZES.items():
        print(row(Feeding(name, prepared_stages(jpegs(DIFFERENT_PHOTOS, size), MODEL)), per_second, cores))


def row(fed: Feeding, per_second: float, cores: int) -> str:
    """Of a table in Markdown."""
    most = min(per_second, 1000 * cores / fed.core_ms)
    costliest = max(fed.stages, key=lambda stage: stage.core_ms)
    limit = "inference" if most == per_second else f"the worker's cores, most by {costliest.name}"
    cells = [f"{stage.core_ms:.1f} core-ms" for stage in fed.stages]
    cells += [f"{fed.core_ms:.1f}", f"{1000 / fed.core_ms:.1f}", f"{fed.cores(per_second):.0f}", f"{most:.0f}, {limit}"]
    return f"| {' | '.join([fed.size, *cells])} |"


def best(figures: list[dict[str, float | str]]) -> float:
    """The most photos a second that the server answered."""
    rates = [float(figure["per_second"]) for figure in figures if str(figure["way"]).startswith("server")]
    if not rates:
        raise SystemExit("these figures hold no way through the server")
    return max(rates)


if __name__ == "__main__":
    main()
