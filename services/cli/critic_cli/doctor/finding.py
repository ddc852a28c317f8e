"""What the doctor says about one part."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it is, as the mark printed before it."""

    good = "✓"
    note = "–"  # worth knowing; nothing is broken
    broken = "✗"


@dataclass(frozen=True)
class Finding:
    """One part: how it is, in a sentence, and what to do about it."""

    state: State
    part: str
    sentence: str
    advice: str = ""


def good(part: str, sentence: str) -> Finding:
    """All is well."""
    return Finding(State.good, part, sentence)


def note(part: str, sentence: str, advice: str = "") -> Finding:
    """Nothing is broken, but good to know."""
    return Finding(State.note, part, sentence, advice)


def broken(part: str, sentence: str, advice: str) -> Finding:
    """Photo Critic does not work like this."""
    return Finding(State.broken, part, sentence, advice)
