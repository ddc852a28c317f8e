from datetime import UTC, datetime

from critic_worker.rollout.report import comparison_table
from critic_worker.rollout.version_comparison import Spread, VersionComparison

SPREAD = Spread(mean=1, median=2, p95=3)


def test_all_figures_are_in_the_table() -> None:
    comparison = VersionComparison(
        model="m", version="1", candidate="2", photos=7, since=datetime(2026, 1, 1, tzinfo=UTC),
        until=datetime(2026, 1, 2, tzinfo=UTC), score=SPREAD, percentile=SPREAD, percentile_shift=-1.5,
        rank_correlation=0.875, labels_changed=0.25, psi=0.125, candidate_psi=0.5,
    )  # fmt: skip
    assert comparison_table(comparison).splitlines() == [
        "m: version 2 against 1",
        "  photos                    7, 2026-01-01 00:00 to 2026-01-02 00:00",
        "  |score difference|        mean 1.0, median 2.0, 95 % 3.0",
        "  |percentile difference|   mean 1.0, median 2.0, 95 % 3.0",
        "  mean percentile shift     -1.5 points",
        "  rank correlation          0.875 (Spearman)",
        "  labels changed            25.0 %",
        "  PSI against the reference version 1: 0.125, 2: 0.500",
    ]
