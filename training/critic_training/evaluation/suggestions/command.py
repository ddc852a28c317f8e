"""`critic-train suggest`: are suggestions right, and are good photos left alone?

    critic-train suggest --model services/inference/model_repository/aesthetics/1 \
        --rated $CRITIC_DATA/oasis/labels.csv --rated $CRITIC_DATA/more/index.csv

Photos in odd rows, which no threshold was chosen by; `--even` shows the other half.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from critic_core.contracts.manifest import MANIFEST_FILE, parse_manifest
from critic_training.evaluation.attribution import scorer_of
from critic_training.evaluation.markdown import table
from critic_training.evaluation.suggestions import crop, exposure, straighten
from critic_training.evaluation.suggestions.outcome import HEADER
from critic_training.evaluation.suggestions.photos import rated_photos


class Change(StrEnum):
    """What the photos are changed by."""

    exposure = "exposure"
    straighten = "straighten"
    crop = "crop"


ROWS = {Change.exposure: exposure.rows, Change.straighten: straighten.rows, Change.crop: crop.rows}

app = typer.Typer()


@app.command()
def suggest(
    model: Annotated[Path, typer.Option(help="A model's version folder.")],
    rated: Annotated[list[Path], typer.Option(help="Tables with the columns `file` and `score`.")],
    change: Annotated[list[Change] | None, typer.Option(help="Kinds to measure; default: all.")] = None,
    count: Annotated[int, typer.Option(min=2, help="Photos to change; as many well-rated ones.")] = 100,
    even: Annotated[bool, typer.Option(help="The half by which the thresholds were chosen.")] = False,
) -> None:
    """Suggestions for photos changed by known amounts, and for well-rated photos."""
    preprocessing = parse_manifest((model / MANIFEST_FILE).read_bytes()).preprocessing
    photos, score = rated_photos(rated, 0 if even else 1), scorer_of(model)
    for kind in change or list(Change):
        typer.echo(table((kind.value, *HEADER[1:]), ROWS[kind](photos, count, preprocessing, score)))
