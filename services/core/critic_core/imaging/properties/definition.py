"""Definition of a property: measurement, usual range, sentences and reasons."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from critic_core.contracts.critique import Level, Property, PropertyName, Reason
from critic_core.imaging.properties.view import View


@dataclass(frozen=True)
class Measure:
    """A property. `low` and `high` bound the usual range.

    Both are quantiles over 1,627 real photographs (1,000 from Flickr under CC BY 2.0, 627 of the OASIS set): an
    unfavourable level is the worst twentieth (5th or 95th percentile), a favourable level the best tenth (10th or
    90th), a neutral level a tenth. The two sets agree within a few percent. `sentences` covers all levels, `reasons`
    the favourable and unfavourable levels.
    """

    name: PropertyName
    unit: str
    value: Callable[[View], float]
    low: float
    high: float
    sentences: Mapping[Level, str]
    reasons: Mapping[Level, Reason]

    def level(self, value: float) -> Level:
        """The level of `value` relative to the usual range."""
        if value < self.low:
            return Level.low
        return Level.high if value > self.high else Level.usual

    def of(self, view: View) -> Property:
        """Measure a photo."""
        value = round(self.value(view), 4)
        level = self.level(value)
        return Property(value=value, unit=self.unit, level=level, sentence=self.sentences[level])


def against(code: str, sentence: str) -> Reason:
    """A reason against the photo."""
    return Reason(code=code, sentence=sentence, favourable=False)


def in_favour(code: str, sentence: str) -> Reason:
    """A reason for the photo."""
    return Reason(code=code, sentence=sentence, favourable=True)
