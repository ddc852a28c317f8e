"""How two versions of a model differ, from what both said of the same photos."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from critic_core.contracts.base import Contract
from critic_core.contracts.identity import made_at
from critic_core.contracts.routing import Pair

BINS = 10  # of percentiles: on the reference set each holds a tenth
LEAST_SHARE = 1e-4  # of a bin that is empty

Floats = npt.NDArray[np.float64]


class Spread(Contract):
    """How large a difference is, whichever way it goes."""

    mean: float
    median: float
    p95: float


class Drift(Contract):
    """One version against another."""

    model: str
    version: str
    other: str
    photos: int
    since: datetime | None = None
    until: datetime | None = None
    score: Spread | None = None
    percentile: Spread | None = None
    percentile_shift: float | None = None  # mean of other − version, points: above 0 the other one likes them better
    rank_correlation: float | None = None  # Spearman
    labels_changed: float | None = None  # share of the photos
    psi: float | None = None  # how far each version's percentiles are from even, as on its reference set
    other_psi: float | None = None


def drift_of(model: str, version: str, other: str, pairs: Sequence[Pair]) -> Drift:
    """The figures; only the count where there are no photos."""
    if not pairs:
        return Drift(model=model, version=version, other=other, photos=0)
    score, percentile = _column(pairs, "score"), _column(pairs, "percentile")
    other_score, other_percentile = _column(pairs, "other_score"), _column(pairs, "other_percentile")
    taken = sorted(datetime.fromtimestamp(made_at(pair.photo), UTC) for pair in pairs)
    return Drift(
        model=model,
        version=version,
        other=other,
        photos=len(pairs),
        since=taken[0],
        until=taken[-1],
        score=spread(other_score - score),
        percentile=spread(other_percentile - percentile),
        percentile_shift=float((other_percentile - percentile).mean()),
        rank_correlation=spearman(score, other_score),
        labels_changed=float(np.mean([pair.pleasing != pair.other_pleasing for pair in pairs])),
        psi=psi(percentile),
        other_psi=psi(other_percentile),
    )


def spread(differences: Floats) -> Spread:
    """Of their absolute values."""
    size = np.abs(differences)
    return Spread(mean=float(size.mean()), median=float(np.median(size)), p95=float(np.quantile(size, 0.95)))


def spearman(one: Floats, other: Floats) -> float | None:
    """Correlation of ranks, equal values sharing theirs; None where one of them never changes."""
    ranks, other_ranks = _ranks(one), _ranks(other)
    if ranks.std() == 0 or other_ranks.std() == 0:
        return None
    return float(np.corrcoef(ranks, other_ranks)[0, 1])


def psi(percentiles: Floats) -> float:
    """Population stability index against an even distribution: under 0.1 alike, over 0.25 another kind of photos."""
    counts, _ = np.histogram(percentiles, bins=BINS, range=(0, 100))
    shares = np.maximum(counts / len(percentiles), LEAST_SHARE)
    return float(np.sum((shares - 1 / BINS) * np.log(shares * BINS)))


def _ranks(values: Floats) -> Floats:
    _, of, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[of], np.float64)


def _column(pairs: Sequence[Pair], name: str) -> Floats:
    return np.array([getattr(pair, name) for pair in pairs], np.float64)
