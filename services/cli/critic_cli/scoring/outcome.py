"""The result for one file."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from critic_core.contracts.critique import Critique
from critic_core.contracts.errors import Problem


class Outcome(BaseModel):
    """A file's critique, or its problem."""

    model_config = ConfigDict(frozen=True)

    file: Path
    photo_id: str | None = None
    critique: Critique | None = None
    problem: Problem | None = None


def best_first(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """By falling score; files without a score at the end, in their order."""
    return sorted(outcomes, key=lambda outcome: -outcome.critique.score if outcome.critique else 1.0)
