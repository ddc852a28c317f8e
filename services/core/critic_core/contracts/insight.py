"""Insights into a photo, computed on request: where the score comes from, and changes that would raise it."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

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
    straighten = "straighten"
    crop = "crop"


class CropAspect(StrEnum):
    """The proportions of a crop, long side to short side; lying as the photo lies."""

    original = "original"
    square = "1:1"
    four_five = "4:5"
    three_two = "3:2"
    wide = "16:9"


class Gain(Contract):
    """What the network measures on changed copies."""

    percent: float = Field(description="100 × probability without the change, mean of eight copies of the preview")
    gain: float = Field(description="Points that the change adds to `percent`, mean of the eight copies")
    gain_low: float = Field(description="Lower end of the 95 % interval")
    gain_high: float = Field(description="Upper end of the 95 % interval")


class _Suggestion(Gain):
    """A change, and the gain in probability that the network measures on changed copies."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)  # `kind` tells them apart

    number: int = Field(default=1, ge=1, description="For its preview")
    sentence: str


class ExposureSuggestion(_Suggestion):
    """A change of exposure."""

    kind: Literal[SuggestionKind.exposure] = SuggestionKind.exposure
    stops: float = Field(description="Exposure, in linear light; positive: brighter")


class StraightenSuggestion(_Suggestion):
    """A turn about the middle, and the largest frame of the photo's proportions within."""

    kind: Literal[SuggestionKind.straighten] = SuggestionKind.straighten
    degrees: float = Field(ge=-15, le=15, description="Positive: turn clockwise")
    share: float = Field(gt=0, le=1, description="Of each side, that the frame has")


class CropSuggestion(_Suggestion):
    """A frame within the upright photo, in shares of its width and height."""

    kind: Literal[SuggestionKind.crop] = SuggestionKind.crop
    aspect: CropAspect
    left: float = Field(ge=0, le=1)
    top: float = Field(ge=0, le=1)
    width: float = Field(gt=0, le=1)
    height: float = Field(gt=0, le=1)


Suggestion = Annotated[ExposureSuggestion | StraightenSuggestion | CropSuggestion, Field(discriminator="kind")]


class Suggestions(Contract):
    """Changes that raise the probability, the largest gain first."""

    suggestions: tuple[Suggestion, ...]
    model: str
    version: str = Field(description="Of the model that measured the gains")
