"""Each kustomization in turn."""

import pytest
from tests.kubernetes.rendered import FOLDERS, Manifest, rendered


@pytest.fixture(params=FOLDERS)
def objects(request: pytest.FixtureRequest) -> list[Manifest]:
    """Every object that one kustomization renders to."""
    return rendered(FOLDERS[request.param])
