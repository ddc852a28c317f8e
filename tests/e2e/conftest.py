"""The environment of the examples."""

import os
import sys
from pathlib import Path

import pytest
from tests.support.client_package import build_client
from tests.support.local_stack import LocalStack


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory, stack: LocalStack) -> dict[str, str]:
    """The client's package alone on the path, and the address of the stack."""
    package = build_client(tmp_path_factory.mktemp("client"))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(package), "CRITIC_URL": stack.url}
