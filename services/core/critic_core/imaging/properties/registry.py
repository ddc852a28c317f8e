"""The registry of properties, in display order. A new property needs a file in this folder and a line in `_ALL`."""

from collections.abc import Mapping

from critic_core.contracts.critique import Property, PropertyName, Reason
from critic_core.imaging.properties import (
    background_flatness,
    clipping,
    contrast,
    exposure,
    fine_detail,
    highlights,
    saturation,
    sharpness,
    subject_separation,
    white_balance,
)
from critic_core.imaging.properties.view import View

_ALL = (
    sharpness.MEASURE,
    fine_detail.MEASURE,
    contrast.MEASURE,
    saturation.MEASURE,
    exposure.MEASURE,
    clipping.MEASURE,
    highlights.MEASURE,
    white_balance.MEASURE,
    subject_separation.MEASURE,
    background_flatness.MEASURE,
)

MEASURES = {measure.name: measure for measure in _ALL}


def measure_all(view: View) -> dict[PropertyName, Property]:
    """All properties of a photo."""
    return {name: measure.of(view) for name, measure in MEASURES.items()}


def reasons(properties: Mapping[PropertyName, Property]) -> tuple[Reason, ...]:
    """The reasons of properties outside the usual range."""
    found = (MEASURES[name].reasons.get(measured.level) for name, measured in properties.items())
    return tuple(reason for reason in found if reason is not None)
