"""All suggestions for a photo, and the changes themselves."""

from typing import assert_never

from critic_core.contracts.critique import Critique, Face, Focus
from critic_core.contracts.insight import CropSuggestion, ExposureSuggestion, StraightenSuggestion, Suggestion
from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.attribution import Scorer
from critic_core.imaging.decode import Pixels
from critic_core.imaging.suggestions.crop import crop_photo, crop_suggestion
from critic_core.imaging.suggestions.exposure import expose, exposure_suggestion
from critic_core.imaging.suggestions.straighten import straighten_suggestion, turn


def suggest(
    pixels: Pixels, critique: Critique | None, preprocessing: Preprocessing, score: Scorer
) -> tuple[Suggestion, ...]:
    """Suggestions for a photo, the largest gain first, numbered from 1."""
    found = [
        exposure_suggestion(pixels, preprocessing, score),
        straighten_suggestion(pixels, critique.horizon if critique else None, preprocessing, score),
        crop_suggestion(pixels, *_subject(critique), preprocessing, score),
    ]
    gainful = sorted((suggestion for suggestion in found if suggestion), key=lambda suggestion: -suggestion.gain)
    return tuple(suggestion.model_copy(update={"number": number}) for number, suggestion in enumerate(gainful, 1))


def _subject(critique: Critique | None) -> tuple[tuple[Face, ...], Focus | None]:
    return ((critique.faces or ()), critique.focus) if critique else ((), None)


def apply_suggestion(pixels: Pixels, suggestion: Suggestion) -> Pixels:
    """The photo with the change."""
    match suggestion:
        case ExposureSuggestion():
            return expose(pixels, suggestion.stops)
        case StraightenSuggestion():
            return turn(pixels, suggestion.degrees)
        case CropSuggestion():
            return crop_photo(pixels, suggestion)
        case _:
            assert_never(suggestion)
