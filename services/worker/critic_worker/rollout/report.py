"""The output of the rollout command, in plain words."""

from critic_core.contracts.routing import ActiveVersions
from critic_worker.rollout.version_comparison import Spread, VersionComparison


def versions_text(active: ActiveVersions) -> str:
    """The active versions of a model, a sentence per line."""
    lines = [f"{active.model}: version {active.stable} answers; served: {', '.join(active.versions)}."]
    if active.canary:
        lines.append(f"Version {active.canary.version} answers {active.canary.percent:g} % of photos and albums.")
    if active.shadow:
        lines.append(
            f"Version {active.shadow.version} is compared on {active.shadow.percent:g} % of photos and albums."
        )
    lines += [f"Version {version} waits, and answers nobody until it is promoted." for version in active.unpromoted]
    if active.withdrawn:
        lines.append(f"Withdrawn: {', '.join(active.withdrawn)}.")
    return "\n".join(lines)


def comparison_table(comparison: VersionComparison) -> str:
    """The differences between two versions, a figure per line."""
    if not comparison.photos:
        versions = f"{comparison.version} and {comparison.candidate}"
        return f"{comparison.model}: no photo has been compared between versions {versions} yet."
    correlation = comparison.rank_correlation
    psi = f"version {comparison.version}: {comparison.psi:.3f}, {comparison.candidate}: {comparison.candidate_psi:.3f}"
    rows = [
        ("photos", f"{comparison.photos}, {comparison.since:%Y-%m-%d %H:%M} to {comparison.until:%Y-%m-%d %H:%M}"),
        ("|score difference|", _spread(comparison.score)),
        ("|percentile difference|", _spread(comparison.percentile)),
        ("mean percentile shift", f"{comparison.percentile_shift:+.1f} points"),
        ("rank correlation", "–" if correlation is None else f"{correlation:.3f} (Spearman)"),
        ("labels changed", f"{100 * (comparison.labels_changed or 0):.1f} %"),
        ("PSI against the reference", psi),
    ]
    head = f"{comparison.model}: version {comparison.candidate} against {comparison.version}"
    return "\n".join([head, *(f"  {name:<26}{value}" for name, value in rows)])


def _spread(spread: Spread | None) -> str:
    return f"mean {spread.mean:.1f}, median {spread.median:.1f}, 95 % {spread.p95:.1f}" if spread else "–"
