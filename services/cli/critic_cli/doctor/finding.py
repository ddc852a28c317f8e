"""The result of one check."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The state of a part, as the mark printed before it."""

    good = "✓"
    note = "–"  # a remark; nothing is broken
    broken = "✗"


@dataclass(frozen=True)
class Finding:
    """A part's state in a sentence, and the remedy."""

    state: State
    part: str
    sentence: str
    advice: str = ""


def good(part: str, sentence: str) -> Finding:
    """A part without problems."""
    return Finding(State.good, part, sentence)


def note(part: str, sentence: str, advice: str = "") -> Finding:
    """A remark; nothing is broken."""
    return Finding(State.note, part, sentence, advice)


def broken(part: str, sentence: str, advice: str) -> Finding:
    """A problem that Photo Critic cannot work with."""
    return Finding(State.broken, part, sentence, advice)
