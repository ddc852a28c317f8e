"""The usual ranges are those of real photographs."""

from pathlib import Path

import numpy as np
import pytest
from tests.support.photos import PLAIN

from critic_core.contracts.critique import PropertyName
from critic_core.imaging.decode import decode
from critic_core.imaging.properties import MEASURES
from critic_core.imaging.properties.view import View

EVERY = 4  # one photo in so many: enough for a quantile within a few percent

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def values(data: Path) -> dict[PropertyName, list[float]]:
    photos = sorted(path for name in ("ccby", "oasis") for path in (data / name / "images").rglob("*.jpg"))[::EVERY]
    views = [View(decode(path.read_bytes(), PLAIN).pixels) for path in photos]
    assert len(views) > 200
    return {name: [measure.value(view) for view in views] for name, measure in MEASURES.items()}


@pytest.mark.parametrize("name", PropertyName)
def test_most_photos_are_usual(name: PropertyName, values: dict[PropertyName, list[float]]) -> None:
    """5 to 10 % lie beyond each end by construction; a changed definition without changed cut-offs is found here."""
    found, measure = np.array(values[name]), MEASURES[name]
    below, above = (found < measure.low).mean(), (found > measure.high).mean()
    assert 0.02 < below < 0.15
    assert 0.02 < above < 0.15
