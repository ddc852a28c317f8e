"""`critic-train explain`: does the map show where the score comes from?

    critic-train explain --model services/inference/model_repository/aesthetics/1 \
        --photos $CRITIC_DATA/ccby/attribution.csv

Deletion: the photo is blurred from the map's strongest place to the weakest; a good map lets the score fall early.
Insertion: the blurred photo is restored in the same order; a good map lets the score rise early. Both are means of the
curves of score. Source: Petsiuk, Das and Saenko, "RISE: Randomized Input Sampling for Explanation", BMVC 2018.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from PIL import Image

from critic_core.contracts.manifest import MANIFEST_FILE, MODEL_FILE, Preprocessing, parse_manifest
from critic_core.imaging.attribution import CELLS, Cells, Scorer, attribution, occluded
from critic_core.imaging.decode import Pixels, decode
from critic_training.data.photo_sets import read_unrated
from critic_training.evaluation.markdown import table
from critic_training.evaluation.onnx_model import open_session, predict

STEPS = 8
SIDE = 16
"""Photos are blurred and restored in steps of so many sixteenths of their pixels, in squares of a 16th of each side."""

app = typer.Typer()


@app.command()
def explain(
    model: Annotated[Path, typer.Option(help="A model's version folder.")],
    photos: Annotated[Path, typer.Option(help="Table of photos.")],
    count: Annotated[int, typer.Option(min=2, help="Photos, spread over the table.")] = 200,
    cells: Annotated[list[int] | None, typer.Option(help="Cells along a side to compare.")] = None,
) -> None:
    """Deletion and insertion curves of the served network's map, against a random map and one of the centre."""
    found = read_unrated(photos)
    chosen = found[:: max(1, len(found) // count)][:count]
    preprocessing = parse_manifest((model / MANIFEST_FILE).read_bytes()).preprocessing
    typer.echo(compare(chosen, preprocessing, scorer_of(model), cells or [CELLS]))


def scorer_of(model: Path) -> Scorer:
    """Scores by ONNX Runtime, 16 inputs a batch, as the worker sends them."""
    session = open_session(model / MODEL_FILE)

    def score(inputs: Sequence[Pixels]) -> Cells:
        batches = [inputs[at : at + 16] for at in range(0, len(inputs), 16)]
        return np.concatenate([100 * predict(session, np.stack(batch))[0].astype(np.float64) for batch in batches])

    return score


def compare(photos: Sequence[Path], preprocessing: Preprocessing, score: Scorer, grids: Sequence[int]) -> str:
    """A table of the mean scores along both curves, photos by photos, and of what each map costs."""
    names = [f"{cells} × {cells} cells" for cells in grids] + ["centre", "random"]
    curves: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    spent, deviations = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    for number, photo in enumerate(photos):
        pixels = decode(photo.read_bytes(), preprocessing).pixels
        for name, cells in zip(names, grids, strict=False):
            began = time.process_time()
            whole, found = attribution(pixels, preprocessing, score, cells)
            spent[name] += time.process_time() - began
            (hidden,) = score(occluded(pixels, preprocessing, [np.full((SIDE, SIDE), 255, np.uint8)]))
            deviations[name] += abs(float(found.sum()) - (whole - hidden)) / len(photos)
            curves[name].append(_curves(pixels, preprocessing, score, _enlarged(found)))
        curves["centre"].append(_curves(pixels, preprocessing, score, _centre()))
        curves["random"].append(
            _curves(pixels, preprocessing, score, np.random.default_rng(number).random((SIDE, SIDE)))
        )
    return table(
        ("map", "deletion", "insertion", "better than random: deletion, insertion", "core-ms", "sum off by"),
        (_row(name, curves, spent[name] / len(photos), deviations[name]) for name in names),
    )


def _row(name: str, curves: dict[str, list[tuple[float, float]]], seconds: float, deviation: float) -> tuple[str, ...]:
    values, random = np.array(curves[name]), np.array(curves["random"])
    deletion, insertion = values.mean(axis=0)
    wins = f"{(values[:, 0] < random[:, 0]).mean():.2f}, {(values[:, 1] > random[:, 1]).mean():.2f}"
    return name, f"{deletion:.1f}", f"{insertion:.1f}", wins, f"{1000 * seconds:.0f}", f"{deviation:.1f}"


def _curves(pixels: Pixels, preprocessing: Preprocessing, score: Scorer, importance: Cells) -> tuple[float, float]:
    """Mean scores of deletion and insertion."""
    ranks = np.argsort(np.argsort(-importance, axis=None)).reshape(importance.shape) / importance.size
    shares = np.arange(1, STEPS) / STEPS
    deleted = [np.where(ranks < share, 255, 0).astype(np.uint8) for share in shares]
    inserted = [np.where(ranks < share, 0, 255).astype(np.uint8) for share in shares]
    scores = score(occluded(pixels, preprocessing, deleted + inserted))
    return float(scores[: len(shares)].mean()), float(scores[len(shares) :].mean())


def _enlarged(cells: Cells) -> Cells:
    image = Image.fromarray(cells.astype(np.float32)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.asarray(image, dtype=np.float64)


def _centre() -> Cells:
    position = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    return -np.hypot(position[:, None], position[None])
