"""The properties as a whole."""

from pathlib import Path

import numpy as np
import pytest
from tests.support.photos import cat

from critic_core.contracts.critique import Level, PropertyName
from critic_core.imaging import properties as package
from critic_core.imaging.properties import MEASURES, View, measure_all, reasons

FILES = {path.stem for path in Path(str(package.__file__)).parent.glob("*.py")}
MACHINERY = {"__init__", "definition", "registry", "view"}


def test_contract_registry_and_files_agree() -> None:
    assert set(MEASURES) == set(PropertyName)
    assert {name.value for name in MEASURES} == FILES - MACHINERY


@pytest.mark.parametrize("name", PropertyName)
def test_every_property_has_a_range_and_a_sentence_for_every_level(name: PropertyName) -> None:
    measure = MEASURES[name]
    assert measure.low < measure.high
    assert set(measure.sentences) == set(Level)
    assert all(sentence.endswith(".") for sentence in measure.sentences.values())
    assert Level.usual not in measure.reasons


def test_codes_of_reasons_are_unique_and_plain() -> None:
    codes = [reason.code for measure in MEASURES.values() for reason in measure.reasons.values()]
    assert len(codes) == len(set(codes))
    assert all(code.isidentifier() and code.islower() for code in codes)


@pytest.mark.parametrize("name", PropertyName)
def test_the_level_follows_from_the_range(name: PropertyName) -> None:
    measure = MEASURES[name]
    middle = (measure.low + measure.high) / 2
    level = [measure.level(value) for value in (measure.low - 0.01, measure.low, middle, measure.high + 0.01)]
    assert level == [Level.low, Level.usual, Level.usual, Level.high]


def test_unusual_values_have_reasons() -> None:
    dark_and_blurred = np.full((100, 150, 3), 3, dtype=np.uint8)
    codes = [reason.code for reason in reasons(measure_all(View(dark_and_blurred)))]
    assert {"blurred", "flat_contrast", "underexposed", "clipped_shadows"} <= set(codes)
    favourable = {reason.code for reason in reasons(measure_all(View(dark_and_blurred))) if reason.favourable}
    assert favourable <= {"calm_background"}


def test_measuring_does_not_change_the_photo() -> None:
    pixels = np.array(cat())
    before = pixels.copy()
    measure_all(View(pixels))
    assert np.array_equal(pixels, before)
