"""The measured properties, in the order in which they are told. A new one is a file beside this and a line here."""

from collections.abc import Mapping

from critic_core.contracts.critique import Property, PropertyName, Reason
from critic_core.imaging.decode import Pixels
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


def measure_all(pixels: Pixels) -> dict[PropertyName, Property]:
    """Every property of a decoded photo."""
    view = View(pixels)
    return {name: measure.of(view) for name, measure in MEASURES.items()}


def reasons(properties: Mapping[PropertyName, Property]) -> tuple[Reason, ...]:
    """What the properties that are out of the usual say for or against the photo."""
    found = (MEASURES[name].reasons.get(measured.level) for name, measured in properties.items())
    return tuple(reason for reason in found if reason is not None)
