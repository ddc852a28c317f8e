"""The paper's figures 1 and 2: the distribution of scores, and contact sheets of the best and the worst photos."""

import heapq
import io
import json
import tarfile
from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image, ImageOps

TILE, COLUMNS = 64, 10


def score_distribution(score: npt.NDArray[np.float32], low: float, high: float, out: Path) -> None:
    """Figure 1: a histogram with the bounds of the two classes, as an image file."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.hist(score, bins=100, color="0.6")
    for bound, name, colour in ((low, "not pleasing", "tab:red"), (high, "pleasing", "tab:green")):
        axes.axvline(bound, color=colour, label=f"{name}: {'up to' if bound == low else 'from'} {bound:.2f}")
    axes.set_xlabel("log2((views + 1) / (days + 1))")
    axes.set_ylabel("photos")
    axes.legend()
    figure.savefig(out, dpi=120)


def contact_sheet(photos: Sequence[bytes], out: Path) -> None:
    """Figure 2: square tiles, ten in a row, in order."""
    rows = -(-len(photos) // COLUMNS)
    sheet = Image.new("RGB", (TILE * COLUMNS, TILE * rows), "white")
    for number, data in enumerate(photos):
        tile = ImageOps.fit(Image.open(io.BytesIO(data)).convert("RGB"), (TILE, TILE))
        sheet.paste(tile, (number % COLUMNS * TILE, number // COLUMNS * TILE))
    sheet.save(out, quality=60)


def extremes(shards: Path, count: int = 100) -> tuple[list[bytes], list[bytes]]:
    """The photos with the highest scores, best first, and with the lowest, worst first.

    Two passes, each with at most `count` photos in memory.
    """
    best = heapq.nlargest(count, _scored(shards), key=itemgetter(0))
    worst = heapq.nsmallest(count, _scored(shards), key=itemgetter(0))
    return [data for _, data in best], [data for _, data in worst]


def _scored(shards: Path) -> Iterator[tuple[float, bytes]]:
    for shard in sorted(shards.glob("*.tar")):
        with tarfile.open(shard) as opened:
            photos: dict[str, bytes] = {}
            for member in opened:
                name, content = Path(member.name), opened.extractfile(member)
                if content and name.suffix == ".jpg":
                    photos[name.stem] = content.read()
                elif content and name.suffix == ".json" and name.stem in photos:
                    yield float(json.loads(content.read())["score"]), photos.pop(name.stem)
