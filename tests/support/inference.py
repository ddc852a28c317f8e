"""Which inference server end-to-end tests run on: our own, or with CRITIC_TEST_INFERENCE=triton a real Triton."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.contract.inference.triton import need_triton, triton_server

from critic_training.publish.repository import Precision, build_repository

ON_TRITON = os.environ.get("CRITIC_TEST_INFERENCE", "ours") == "triton"
POLL = ("--model-control-mode=poll", "--repository-poll-secs=1")
"""What makes Triton look for new versions."""


@contextmanager
def inference_settings(repository: Path, folder: Path) -> Iterator[dict[str, str]]:
    """Settings of a local stack that scores photos with the models of that folder; Triton's log goes to `folder`."""
    if not ON_TRITON:
        yield {"MODEL_REPOSITORY": str(repository)}
        return
    need_triton()
    build_repository(repository, folder / "models", Precision.float32)
    with triton_server(folder / "models", folder, *POLL) as server:
        yield {"INFERENCE_URL": server.grpc}
