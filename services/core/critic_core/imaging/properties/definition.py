"""How a property is written down: what it measures, what is usual, and what to say about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from critic_core.contracts.critique import Level, Property, PropertyName, Reason
from critic_core.imaging.properties.view import View


@dataclass(frozen=True)
class Measure:
    """One property. `low` and `high` bound what is usual.

    They are quantiles over 1,627 real photographs (1,000 from Flickr under CC BY 2.0, 627 of the OASIS set): blame is
    for the worst twentieth (5th or 95th percentile), praise for the best tenth (10th or 90th), and a level that is
    neither is a tenth. The two sets agree within a few percent. `sentences` has one for every level; `reasons` only
    for levels that speak for or against a photo.
    """

    name: PropertyName
    unit: str
    value: Callable[[View], float]
    low: float
    high: float
    sentences: Mapping[Level, str]
    reasons: Mapping[Level, Reason]

    def level(self, value: float) -> Level:
        """Where `value` lies against what is usual."""
        if value < self.low:
            return Level.low
        return Level.high if value > self.high else Level.usual

    def of(self, view: View) -> Property:
        """Measure a photo."""
        value = round(self.value(view), 4)
        level = self.level(value)
        return Property(value=value, unit=self.unit, level=level, sentence=self.sentences[level])


def against(code: str, sentence: str) -> Reason:
    """A reason that speaks against the photo."""
    return Reason(code=code, sentence=sentence, favourable=False)


def in_favour(code: str, sentence: str) -> Reason:
    """A reason that speaks for the photo."""
    return Reason(code=code, sentence=sentence, favourable=True)
