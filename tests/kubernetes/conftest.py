"""Each combination of the chart in turn."""

import pytest
from tests.kubernetes.rendered import COMBINATIONS, Manifest, rendered


@pytest.fixture(params=COMBINATIONS)
def objects(request: pytest.FixtureRequest) -> list[Manifest]:
    """Every object that the chart renders for one combination."""
    return rendered(request.param)
