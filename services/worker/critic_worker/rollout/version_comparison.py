"""Comparison of two versions of a model by their scores for the same photos."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from scipy.stats import spearmanr

from critic_core.contracts.base import Contract
from critic_core.contracts.identity import made_at
from critic_core.contracts.routing import ScorePair
from critic_worker.arrays import Float64Array

BINS = 10  # of percentiles: a tenth of the reference photos each
MIN_SHARE = 1e-4  # of an empty bin


class Spread(Contract):
    """The distribution of absolute differences."""

    mean: float
    median: float
    p95: float


class VersionComparison(Contract):
    """A candidate version against the stable one."""

    model: str
    version: str
    candidate: str
    photos: int
    since: datetime | None = None
    until: datetime | None = None
    score: Spread | None = None
    percentile: Spread | None = None
    percentile_shift: float | None = None  # mean of candidate − version, points
    rank_correlation: float | None = None  # Spearman
    labels_changed: float | None = None  # share of the photos
    psi: float | None = None  # against the uniform distribution of percentiles in the reference set
    candidate_psi: float | None = None


def compare_versions(model: str, version: str, candidate: str, pairs: Sequence[ScorePair]) -> VersionComparison:
    """All figures; without pairs, only the number of photos."""
    if not pairs:
        return VersionComparison(model=model, version=version, candidate=candidate, photos=0)
    score, percentile = _column(pairs, "score"), _column(pairs, "percentile")
    candidate_score, candidate_percentile = _column(pairs, "candidate_score"), _column(pairs, "candidate_percentile")
    uploaded = sorted(datetime.fromtimestamp(made_at(pair.photo), UTC) for pair in pairs)
    return VersionComparison(
        model=model,
        version=version,
        candidate=candidate,
        photos=len(pairs),
        since=uploaded[0],
        until=uploaded[-1],
        score=spread(candidate_score - score),
        percentile=spread(candidate_percentile - percentile),
        percentile_shift=float((candidate_percentile - percentile).mean()),
        rank_correlation=spearman(score, candidate_score),
        labels_changed=float(np.mean([pair.pleasing != pair.candidate_pleasing for pair in pairs])),
        psi=psi(percentile),
        candidate_psi=psi(candidate_percentile),
    )


def spread(differences: Float64Array) -> Spread:
    """Mean, median and 95th percentile of the absolute values."""
    size = np.abs(differences)
    return Spread(mean=float(size.mean()), median=float(np.median(size)), p95=float(np.quantile(size, 0.95)))


def spearman(first: Float64Array, second: Float64Array) -> float | None:
    """Rank correlation; None for a constant input."""
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(spearmanr(first, second).statistic)


def psi(percentiles: Float64Array) -> float:
    """Population stability index against the uniform distribution: under 0.1 stable, over 0.25 another population."""
    counts, _ = np.histogram(percentiles, bins=BINS, range=(0, 100))
    shares = np.maximum(counts / len(percentiles), MIN_SHARE)
    return float(np.sum((shares - 1 / BINS) * np.log(shares * BINS)))


def _column(pairs: Sequence[ScorePair], name: str) -> Float64Array:
    return np.array([getattr(pair, name) for pair in pairs], np.float64)
