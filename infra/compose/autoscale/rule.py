"""How many workers? The rule of infra/kubernetes/components/autoscaling/worker.yaml, as Kubernetes applies it.

It is handed what was seen lately and says what is wanted now; it knows no Docker, no clock and no network.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


def _knob(default: T, what: str) -> T:
    return field(default=default, metadata={"help": what})


@dataclass(frozen=True)
class Rule:
    """The knobs. How to choose them: docs/autoscaling.md"""

    photos_per_worker: float = _knob(100.0, "photos waiting or in work that one worker may have")
    fewest: int = _knob(1, "workers that always run")
    most: int = _knob(20, "workers that run at most")
    tolerance: float = _knob(0.1, "a backlog that is this near to being right changes nothing")
    growth_factor: float = _knob(2.0, "growth in growth-seconds, in times what ran; or")
    growth_workers: int = _knob(4, "so many more workers, where that is more")
    growth_seconds: float = _knob(15.0, "time over which growth is bounded")
    patience_seconds: float = _knob(300.0, "only workers that nothing asked for in this time go")
    shrink_workers: int = _knob(1, "workers that go in shrink-seconds at most")
    shrink_seconds: float = _knob(30.0, "time over which shrinking is bounded")

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
