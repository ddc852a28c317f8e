"""The output of the rollout command, in plain words."""

from critic_core.contracts.routing import ActiveVersions
from critic_worker.rollout.drift import Drift, Spread


def versions_text(active: ActiveVersions) -> str:
    """The active versions of a model, one sentence a line."""
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


def drift_table(drift: Drift) -> str:
    """The differences between two versions, one figure a line."""
    if not drift.photos:
        return f"{drift.model}: no photo has been compared between versions {drift.version} and {drift.candidate} yet."
    correlation = drift.rank_correlation
    psi = f"version {drift.version}: {drift.psi:.3f}, {drift.candidate}: {drift.candidate_psi:.3f}"
    rows = [
        ("photos", f"{drift.photos}, {drift.since:%Y-%m-%d %H:%M} to {drift.until:%Y-%m-%d %H:%M}"),
        ("|score difference|", _spread(drift.score)),
        ("|percentile difference|", _spread(drift.percentile)),
        ("mean percentile shift", f"{drift.percentile_shift:+.1f} points"),
        ("rank correlation", "–" if correlation is None else f"{correlation:.3f} (Spearman)"),
        ("labels changed", f"{100 * (drift.labels_changed or 0):.1f} %"),
        ("PSI against the reference", psi),
    ]
    head = f"{drift.model}: version {drift.candidate} against {drift.version}"
    return "\n".join([head, *(f"  {name:<26}{value}" for name, value in rows)])


def _spread(spread: Spread | None) -> str:
    return f"mean {spread.mean:.1f}, median {spread.median:.1f}, 95 % {spread.p95:.1f}" if spread else "–"
