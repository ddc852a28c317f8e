"""A storage in a small bucket of the test's own."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from s3fs import S3FileSystem
from tests.support.small_s3 import SmallS3

from critic_core.runtime.storage import Storage

VARIABLES = {
    "AWS_ACCESS_KEY_ID": "a",
    "AWS_SECRET_ACCESS_KEY": "b",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def forget_endpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials of nobody; the file system of an earlier test knows another endpoint."""
    S3FileSystem.clear_instance_cache()
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)


@contextmanager
def small_bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallS3]:
    """A server that the storage of the URL `s3://bucket/prefix` finds."""
    forget_endpoints(monkeypatch)
    s3 = SmallS3()
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3.url)
    yield s3
    s3.stop()


def bucket_storage() -> Storage:
    """The storage in the bucket, without seconds between tries."""
    storage = Storage("s3://bucket/prefix")
    storage._fs.retries = 1
    return storage
