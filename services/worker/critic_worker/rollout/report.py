"""What the command `model` says, in plain words."""

from critic_core.contracts.routing import Answering
from critic_worker.rollout.drift import Drift, Spread


def sentences(now: Answering) -> str:
    """Who answers."""
    lines = [f"{now.model}: version {now.stable} answers; served: {', '.join(now.versions)}."]
    if now.canary:
        lines.append(f"Version {now.canary.version} answers {now.canary.percent:g} % of photos and albums.")
    if now.shadow:
        lines.append(f"Version {now.shadow.version} is compared on {now.shadow.percent:g} % of photos and albums.")
    lines += [f"Version {version} waits, and answers nobody until it is promoted." for version in now.waiting]
    if now.withdrawn:
        lines.append(f"Withdrawn: {', '.join(now.withdrawn)}.")
    return "\n".join(lines)


def table(found: Drift) -> str:
    """How two versions differ."""
    if not found.photos:
        return f"{found.model}: no photo has been compared between versions {found.version} and {found.other} yet."
    rows = [
        ("photos", f"{found.photos}, {found.since:%Y-%m-%d %H:%M} to {found.until:%Y-%m-%d %H:%M}"),
        ("|score difference|", _spread(found.score)),
        ("|percentile difference|", _spread(found.percentile)),
        ("mean percentile shift", f"{found.percentile_shift:+.1f} points"),
        ("rank correlation", "–" if found.rank_correlation is None else f"{found.rank_correlation:.3f} (Spearman)"),
        ("labels changed", f"{100 * (found.labels_changed or 0):.1f} %"),
        (
            "PSI against the reference",
            f"version {found.version}: {found.psi:.3f}, {found.other}: {found.other_psi:.3f}",
        ),
    ]
    head = f"{found.model}: version {found.other} against {found.version}"
    return "\n".join([head, *(f"  {name:<26}{value}" for name, value in rows)])


def _spread(told: Spread | None) -> str:
    return f"mean {told.mean:.1f}, median {told.median:.1f}, 95 % {told.p95:.1f}" if told else "–"
