"""How many workers? The rule of infra/kubernetes/components/autoscaling/worker.yaml, as Kubernetes applies it.

It is handed what was seen lately and says what is wanted now; it knows no Docker, no clock and no network.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """The knobs. What they are for, and how to choose them: docs/autoscaling.md"""

    photos_per_worker: float = 100.0
    fewest: int = 1
    most: int = 20
    tolerance: float = 0.1  # a backlog that is this near to being right changes nothing
    growth_factor: float = 2.0
    growth_workers: int = 4  # in `growth_seconds` to at most so many times what ran, or so many more
    growth_seconds: float = 15.0
    patience_seconds: float = 300.0  # only what nothing asked for in this time goes
    shrink_workers: int = 1  # and no more than this in `shrink_seconds`
    shrink_seconds: float = 30.0

    @property
    def memory_seconds(self) -> float:
        """Looks older than this are of no use."""
        return max(self.growth_seconds, self.patience_seconds, self.shrink_seconds)


@dataclass(frozen=True)
class Look:
    """What was seen at one time, in seconds of a clock that only runs forward."""

    at: float
    running: int
    backlog: float | None
    """Photos queued, reserved and running; None: nobody could say."""


@dataclass(frozen=True)
class Decision:
    """How many workers, and why so many."""

    workers: int
    why: str


def decide(rule: Rule, looks: Sequence[Look]) -> Decision:
    """What is wanted at the last of `looks`, given those before it."""
    now = looks[-1]
    if now.backlog is None:
        return Decision(now.running, "the backlog is unknown, so what runs stays")
    told = f"{now.backlog:.0f} photos wait or run"
    asked = _asked(rule, now)
    recently = max(_asked(rule, look) for look in _since(looks, rule.patience_seconds))
    if asked > now.running:
        return Decision(_within(rule, max(now.running, min(asked, _growth_limit(rule, looks)))), told)
    if recently < now.running:
        return Decision(_within(rule, min(now.running, max(recently, _shrink_limit(rule, looks)))), told)
    return Decision(now.running, told)


def _asked(rule: Rule, look: Look) -> int:
    """What the backlog alone asks for; where nobody could say, what ran."""
    if look.backlog is None:
        return look.running
    exactly = look.backlog / rule.photos_per_worker
    nearly_right = abs(exactly - look.running) <= rule.tolerance * look.running
    return _within(rule, look.running if nearly_right else math.ceil(exactly))


def _growth_limit(rule: Rule, looks: Sequence[Look]) -> int:
    before = min(look.running for look in _since(looks, rule.growth_seconds))
    return max(math.floor(before * rule.growth_factor), before + rule.growth_workers)


def _shrink_limit(rule: Rule, looks: Sequence[Look]) -> int:
    return max(look.running for look in _since(looks, rule.shrink_seconds)) - rule.shrink_workers


def _since(looks: Sequence[Look], seconds: float) -> Sequence[Look]:
    return [look for look in looks if looks[-1].at - look.at < seconds]


def _within(rule: Rule, workers: int) -> int:
    return max(rule.fewest, min(rule.most, workers))
