"""Insights into a photo, computed on request: where the score comes from, and changes that would raise it."""

from enum import StrEnum

from pydantic import Field

from critic_core.contracts.base import Contract

INSIGHT_TASK = "critic.compute_insight"  # name of the Celery task; arguments: photo id, name of the insight
MAX_SUGGESTIONS = 8
EXPLANATION, SUGGESTIONS = "explanation", "suggestions"


def preview_name(number: int) -> str:
    """The insight that holds the preview of suggestion `number`, from 1."""
    return f"suggestion-{number}"


INSIGHTS = (EXPLANATION, SUGGESTIONS, *(preview_name(number + 1) for number in range(MAX_SUGGESTIONS)))
"""All insights of a photo by name."""


class Explanation(Contract):
    """Where the score of a photo comes from: occlusion of one cell after another."""

    percent: float = Field(description="100 × probability of the preview: may differ by tenths from the critique's")
    cells: tuple[tuple[float, ...], ...] = Field(
        description="Rows of the upright photo, top to bottom, left to right: points by which `percent` falls when "
        "the cell is blurred; negative: rises"
    )
    model: str
    version: str = Field(description="Of the model that made the map")


class SuggestionKind(StrEnum):
    """The change that a suggestion proposes."""

    exposure = "exposure"


class Suggestion(Contract):
    """A change, and the gain in probability that the network measures on changed copies."""

    number: int = Field(ge=1, description="For its preview")
    kind: SuggestionKind
    sentence: str
    gain: float = Field(description="Points of 100 × probability, mean of four changed copies")
    gain_low: float = Field(description="Lower end of the 95 % interval")
    gain_high: float = Field(description="Upper end of the 95 % interval")
    stops: float = Field(description="Exposure, in linear light; positive: brighter")


class Suggestions(Contract):
    """Changes with a measured gain; none when no gain exceeds the noise."""

    suggestions: tuple[Suggestion, ...]
    model: str
    version: str = Field(description="Of the model that measured the gains")
