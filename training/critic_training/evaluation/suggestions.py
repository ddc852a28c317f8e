"""`critic-train suggest`: are suggestions of exposure right, and are dark and bright photos left alone?

    critic-train suggest --model services/inference/model_repository/aesthetics/1 \
        --rated $CRITIC_DATA/oasis/labels.csv --rated $CRITIC_DATA/more/index.csv

Photos in odd rows, counted through all tables, which no threshold was chosen by: made darker and brighter by known
stops; and the well rated (upper third of their table) that are darkest and brightest. `--even` shows the other half.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from PIL import Image

from critic_core.contracts.manifest import MANIFEST_FILE, Preprocessing, parse_manifest
from critic_core.imaging.attribution import Scorer
from critic_core.imaging.decode import Pixels
from critic_core.imaging.exposure_change import expose, exposure_suggestion, stops_off
from critic_core.imaging.properties.exposure import exposure
from critic_core.imaging.properties.view import View
from critic_training.evaluation.attribution import scorer_of
from critic_training.evaluation.markdown import table

LONG_SIDE = 640
WELL_RATED = 2 / 3

app = typer.Typer()


@app.command()
def suggest(
    model: Annotated[Path, typer.Option(help="A model's version folder.")],
    rated: Annotated[list[Path], typer.Option(help="Tables with the columns `file` and `score`.")],
    count: Annotated[int, typer.Option(min=2, help="Photos to change; as many dark and bright ones.")] = 100,
    even: Annotated[bool, typer.Option(help="The half by which the threshold was chosen.")] = False,
) -> None:
    """Suggestions of exposure on photos off by known stops, and on well-rated dark and bright photos."""
    preprocessing = parse_manifest((model / MANIFEST_FILE).read_bytes()).preprocessing
    well, rest = _photos(rated, 0 if even else 1)
    well.sort(key=lambda photo: exposure(View(_read(photo))))
    extremes = (well[: count // 2], well[-(count // 2) :])
    usual = rest[:: max(1, len(rest) // count)][:count]
    typer.echo(measure(usual, extremes, preprocessing, scorer_of(model)))


def measure(
    usual: Sequence[Path], extremes: tuple[Sequence[Path], Sequence[Path]], preprocessing: Preprocessing, score: Scorer
) -> str:
    """A row for each change, with the share of photos that get the right suggestion, a wrong one, and none."""
    rows = []
    for stops in (-2, -1, 1, 2):
        found = [_suggested(expose(_read(photo), stops), preprocessing, score) for photo in usual]
        estimates = np.array([stops_off(expose(_read(photo), stops)) for photo in usual])
        rows.append(_row(f"{stops:+d} stops", found, -np.sign(stops), f"{np.abs(estimates + stops).mean():.2f}"))
    for name, photos in zip(("dark, well rated", "bright, well rated"), extremes, strict=True):
        rows.append(_row(name, [_suggested(_read(photo), preprocessing, score) for photo in photos], 0, ""))
    return table(("photos", "right", "wrong", "none", "stops off by, on average"), rows)


def _row(name: str, found: Sequence[float], sign: float, error: str) -> tuple[str, ...]:
    signs = np.sign(found)
    right, none = (signs == sign).mean() if sign else 0.0, (signs == 0).mean()
    shares = (f"{share:.2f}" for share in (right, 1 - right - none, none))
    return f"{len(found)}, {name}", *shares, error


def _suggested(pixels: Pixels, preprocessing: Preprocessing, score: Scorer) -> float:
    """Suggested stops; 0 without a suggestion."""
    found = exposure_suggestion(pixels, preprocessing, score)
    return found.stops if found else 0.0


def _photos(tables: Sequence[Path], first: int) -> tuple[list[Path], list[Path]]:
    """The well rated photos of every second row, counted through all tables, and the rest."""
    well, rest, rows = list[Path](), list[Path](), 0
    for path in tables:
        with path.open(encoding="utf-8", newline="") as file:
            entries = [(path.parent / row["file"], float(row["score"])) for row in csv.DictReader(file)]
        least = float(np.quantile([score for _, score in entries], WELL_RATED))
        for photo, score in entries[(first + rows) % 2 :: 2]:
            (well if score >= least else rest).append(photo)
        rows += len(entries)
    return well, rest


def _read(photo: Path) -> Pixels:
    image = Image.open(photo).convert("RGB")
    image.thumbnail((LONG_SIDE, LONG_SIDE))
    return np.asarray(image)
