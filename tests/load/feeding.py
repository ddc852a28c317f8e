"""CPU cores that feed a GPU: the decoding that a rate of inferences needs.

    python -m tests.load.feeding --per-second 5000
    python -m tests.load.feeding --figures gpu.json      figures of `tests.load.inference --json gpu.json`

Before inference a worker decodes, measures and preprocesses a photo; the core time of each stage is measured here, with
one process on every core. Queue, gateway and copies come on top, so the number of cores is a lower bound.
"""

import argparse
import json
import os
from dataclasses import dataclass
from pathlib import Path

from tests.load.bench import MODEL
from tests.load.photos import SIZES, jpegs
from tests.load.stages import WORK, Stage, prepared_stages

DIFFERENT_PHOTOS = 6


@dataclass(frozen=True)
class Feeding:
    """Core-milliseconds of a photo in a worker, by stage."""

    size: str
    stages: list[Stage]

    @property
    def core_ms(self) -> float:
        """All stages."""
        return sum(stage.core_ms for stage in self.stages)

    def cores(self, per_second: float) -> float:
        """Cores for a rate of photos."""
        return per_second * self.core_ms / 1000


def main() -> None:
    """Measure the stages, and compare them with the rate of inference."""
    parser = argparse.ArgumentParser(description="The cores that feed a GPU.")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--per-second", type=float, help="inferences a second")
    group.add_argument("--figures", type=Path, help="figures of tests.load.inference, as JSON")
    arguments = parser.parse_args()
    per_second = arguments.per_second or best(json.loads(arguments.figures.read_text()))
    cores = os.cpu_count() or 1
    print(f"inference takes {per_second:.0f} photos/s; this machine has {cores} cores\n")
    head = ["photos", *WORK, "together", "photos/s of a core", "cores that feed it", "photos/s here, limited by"]
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for name, size in SIZES.items():
        print(row(Feeding(name, prepared_stages(jpegs(DIFFERENT_PHOTOS, size), MODEL)), per_second, cores))


def row(feeding: Feeding, per_second: float, cores: int) -> str:
    """A row of a table in Markdown."""
    most = min(per_second, 1000 * cores / feeding.core_ms)
    costliest = max(feeding.stages, key=lambda stage: stage.core_ms)
    limit = "inference" if most == per_second else f"the worker's cores, most by {costliest.name}"
    cells = [f"{stage.core_ms:.1f} core-ms" for stage in feeding.stages]
    cells += [f"{feeding.core_ms:.1f}", f"{1000 / feeding.core_ms:.1f}", f"{feeding.cores(per_second):.0f}"]
    cells.append(f"{most:.0f}, {limit}")
    return f"| {' | '.join([feeding.size, *cells])} |"


def best(figures: list[dict[str, float | str]]) -> float:
    """The server's highest rate, photos a second."""
    rates = [float(figure["per_second"]) for figure in figures if str(figure["variant"]).startswith("server")]
    if not rates:
        raise SystemExit("these figures hold none of the server")
    return max(rates)


if __name__ == "__main__":
    main()
