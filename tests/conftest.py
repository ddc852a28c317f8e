"""What any test may ask for: the real stack on this machine, and the rated photographs."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.data_sets import need_data
from tests.support.inference import inference_settings
from tests.support.local_stack import LocalStack, served_model
from tests.support.passed_elsewhere import (
    pytest_addoption,  # noqa: F401 - hooks
    pytest_collection_modifyitems,  # noqa: F401
    pytest_ignore_collect,  # noqa: F401
)

SHIPPED = Path(__file__).parents[1] / "services" / "inference" / "model_repository"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Imported here, so that tests run without pytest-xdist, too."""
    from tests.support.side_by_side import SideBySide  # noqa: PLC0415

    return SideBySide(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two test processes a core, since many tests wait most of the time; no more than memory has room for."""
    return min(2 * (os.cpu_count() or 1), 8)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """`photo-critic up`, one for the whole test run. Its log is printed when it does not start."""
    folder = tmp_path_factory.mktemp("stack")
    with inference_settings(served_model().parents[1], folder) as settings:
        running = LocalStack(folder / "data", **settings)
        running.start()
        yield running
        code = running.stop()
    if code != 0:
        sys.stderr.write(running.said())
    assert code == 0


@pytest.fixture(scope="session")
def float16_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository of the image for GPUs: the shipped models in float16."""
    from critic_training.publish.repository import Precision, build_repository  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("float16")
    build_repository(SHIPPED, folder, Precision.float16)
    return folder


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of rated photographs; skips the test without one."""
    return need_data()
