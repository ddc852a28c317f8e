"""95 % bootstrap intervals over photos, drawn singly or by whole themes, and means over seeds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Drawn = Sequence[npt.NDArray[np.int64]]
Measure = Callable[[npt.NDArray[np.int64]], float]
"""A figure for the photos at these positions; NaN where it is undefined."""


@dataclass(frozen=True)
class Figure:
    """Mean over seeds, its spread (standard deviation; 0 for one seed), and the 95 % interval over photos."""

    value: float
    spread: float
    low: float
    high: float


RESAMPLES = 2000


def of_photos(values: npt.NDArray[np.floating], statistic: Callable[..., npt.NDArray[np.floating]]) -> Figure:
    """`statistic` (`numpy.mean`, `numpy.median`) of one value `[N]` a photo."""
    drawn = np.random.default_rng(7).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.quantile(statistic(values[drawn], axis=1), [0.025, 0.975])
    return Figure(float(statistic(values)), 0.0, float(low), float(high))


def figure(measures: Sequence[Measure], photos: int, drawn: Drawn) -> Figure:
    """One measure a seed. The interval is that of the mean over seeds, as themes are drawn anew."""
    everything = np.arange(photos)
    values = [measure(everything) for measure in measures]
    again = [float(np.mean([measure(at) for measure in measures])) for at in drawn]
    low, high = np.nanquantile(again, [0.025, 0.975])
    return Figure(float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else 0.0, low, high)
