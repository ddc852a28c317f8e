"""What became of the suggestions for photos that are changed by known amounts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

HEADER = ("photos", "right direction", "wrong", "no suggestion", "off by: left alone", "off by: with the suggestion")


@dataclass(frozen=True)
class Outcome:
    """A suggestion for a photo: whether it leads towards the known original, and the distance to it, before and after.

    Where a photo is changed by nothing, every suggestion is wrong.
    """

    right: bool
    before: float
    after: float


def row(name: str, outcomes: Sequence[Outcome | None]) -> tuple[str, ...]:
    """Shares of all photos; distances are means over those with a suggestion."""
    found = [outcome for outcome in outcomes if outcome]
    right = sum(outcome.right for outcome in found)
    shares = np.array([right, len(found) - right, len(outcomes) - len(found)]) / len(outcomes)
    distances = [np.mean([(outcome.before, outcome.after) for outcome in found], axis=0)] if right else []
    texts = [f"{distance:.2f}" for pair in distances for distance in pair] or ["", ""]
    return f"{len(outcomes)}, {name}", *(f"{share:.2f}" for share in shares), *texts
