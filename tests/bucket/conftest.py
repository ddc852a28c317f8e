"""One real S3 server for all tests, with a user of the documented policy and users that lack one of its actions."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from s3fs import S3FileSystem
from tests.support.faulty_bucket import FaultyBucket
from tests.support.s3_server import BUCKET, S3Server, user

from critic_core.runtime.storage import Storage

FOLDER = Path(__file__).parents[2] / "infra/bucket"
POLICY: dict[str, Any] = json.loads((FOLDER / "policy.json").read_text("utf-8"))
ACTIONS = [action for statement in POLICY["Statement"] for action in statement["Action"]]
# For SeaweedFS; AWS wants both.
INCLUDED_IN = {"s3:AbortMultipartUpload": "s3:PutObject"}
SERVICE = "service"
URL = f"s3://{BUCKET}/photos"


def policy_without(action: str) -> dict[str, Any]:
    """The policy less an action, and less the one that includes it."""
    policy, removed = deepcopy(POLICY), {action, INCLUDED_IN.get(action)}
    for statement in policy["Statement"]:
        statement["Action"] = [name for name in statement["Action"] if name not in removed]
    return policy


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    policies = {SERVICE: POLICY} | {action: policy_without(action) for action in ACTIONS}
    server = S3Server(tmp_path_factory.mktemp("s3"), policies)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def proxy(s3: S3Server) -> Iterator[FaultyBucket]:
    proxy = FaultyBucket(s3.url)
    yield proxy
    proxy.hurry.set()
    proxy.stop()


@pytest.fixture
def storage_of(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Storage]:
    """The storage as a user opens it."""

    def opened(name: str, endpoint: str = s3.url) -> Storage:
        S3FileSystem.clear_instance_cache()  # the file system of an earlier test knows another user
        for variable, value in (user(name).variables | {"AWS_ENDPOINT_URL": endpoint}).items():
            monkeypatch.setenv(variable, value)
        return Storage(URL)

    return opened


@pytest.fixture
def storage(storage_of: Callable[[str], Storage]) -> Storage:
    return storage_of(SERVICE)


@pytest.fixture
def faulty_storage(storage_of: Callable[..., Storage], proxy: FaultyBucket) -> Storage:
    """The storage behind the proxy."""
    return storage_of(SERVICE, proxy.url)
