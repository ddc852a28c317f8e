"""The report's plots, each written to a WebP file."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from critic_training.data.photo_sets import Floats
from critic_training.evaluation.pairs import Pairs
from critic_training.evaluation.reliability import Bin

COLOUR = "tab:blue"


def ratings(score: Floats, low: float, high: float, out: Path) -> None:
    """Distribution of the mean ratings, with the bounds of the two classes."""
    with _axes(out, "mean rating", "photos") as axes:
        axes.hist(score, bins=40, color="0.6")
        for bound, name, colour in ((low, "less beautiful", "tab:red"), (high, "more beautiful", "tab:green")):
            axes.axvline(bound, color=colour, label=f"{name}: {'up to' if bound == low else 'from'} {bound:.2f}")
        axes.legend()


def scores(score: Floats, out: Path) -> None:
    """Distribution of the served scores of the reference photos."""
    with _axes(out, "score", "photos") as axes:
        axes.hist(score, bins=40, range=(0, 100), color=COLOUR)


def reliability(bins: Sequence[Bin], out: Path) -> None:
    """Predicted against observed shares; on the diagonal both are the same."""
    with _axes(out, "predicted probability", "share of good photos") as axes:
        axes.plot([0, 1], [0, 1], color="0.7", linestyle="--")
        axes.plot([group.predicted for group in bins], [group.good for group in bins], marker="o", color=COLOUR)
        axes.set_aspect("equal")


def pairs(found: Sequence[Pairs], out: Path) -> None:
    """Share of pairs of one category in the right order, by the gap of their ratings."""
    with _axes(out, "rated apart by at least (points)", "share in the right order") as axes:
        axes.plot([gap.least for gap in found], [gap.right for gap in found], marker="o", color=COLOUR)
        axes.axhline(0.5, color="0.7", linestyle="--", label="by chance")
        axes.set_ylim(0.45, 1)
        axes.legend()


def curves(found: Mapping[str, Sequence[tuple[float, float]]], out: Path) -> None:
    """Training loss of each fold; `found`: (iteration, loss) by fold."""
    with _axes(out, "iteration", "training loss") as axes:
        for name, points in found.items():
            axes.plot(*zip(*points, strict=True), label=name)
        axes.legend(fontsize="small")


@contextmanager
def _axes(out: Path, below: str, beside: str) -> Iterator[Axes]:
    figure = Figure(figsize=(6, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_xlabel(below)
    axes.set_ylabel(beside)
    yield axes
    figure.savefig(out, dpi=90, pil_kwargs={"lossless": True, "method": 6})
