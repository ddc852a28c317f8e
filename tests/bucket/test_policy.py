"""The documented policy: enough for the service, not an action more, and no way to the rest of the account."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.bucket.conftest import ACTIONS, SERVICE
from tests.support.s3_server import BUCKET, S3Server

from critic_core.contracts.errors import StorageUnavailable
from critic_core.contracts.identity import new_id
from critic_core.runtime.storage import Storage, photo_key

KEY = photo_key(new_id())
ELSEWHERE = "somebody-elses"

NEEDED_BY: dict[str, Callable[[Storage], object]] = {
    "s3:GetObject": lambda storage: storage.get(KEY),
    "s3:PutObject": lambda storage: storage.put(KEY, b"pixels"),
    "s3:DeleteObject": lambda storage: storage.delete(KEY),
    "s3:ListBucket": lambda storage: list(storage.entries("photos")),
    "s3:ListBucketMultipartUploads": lambda storage: storage.abort_uploads("photos", 0),
    "s3:AbortMultipartUpload": lambda storage: storage.abort_uploads("photos", time.time() + 3600),
}
FORBIDDEN: dict[str, Callable[[Any], object]] = {
    "another prefix": lambda client: client.put_object(Bucket=BUCKET, Key="outside", Body=b"1"),
    "a listing of all": lambda client: client.list_objects_v2(Bucket=BUCKET),
    "another bucket": lambda client: client.get_object(Bucket=ELSEWHERE, Key="photos/1"),
    "old versions": lambda client: client.list_object_versions(Bucket=BUCKET, Prefix="photos/"),
    "deletion of versions": lambda client: client.delete_object(Bucket=BUCKET, Key=f"photos/{KEY}", VersionId="1"),
    "versioning": lambda client: client.put_bucket_versioning(
        Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"}
    ),
    "the lifecycle": lambda client: client.delete_bucket_lifecycle(Bucket=BUCKET),
    "deletion of the bucket": lambda client: client.delete_bucket(Bucket=ELSEWHERE),
}


@pytest.fixture(autouse=True)
def contents(s3: S3Server) -> None:
    """An object, and an upload under way; the other bucket may be there from the test before."""
    client = s3.client()
    client.put_object(Bucket=BUCKET, Key=f"photos/{KEY}", Body=b"pixels")
    client.create_multipart_upload(Bucket=BUCKET, Key=f"photos/{KEY}")
    if ELSEWHERE not in [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]:
        client.create_bucket(Bucket=ELSEWHERE)
    client.put_object(Bucket=ELSEWHERE, Key="photos/1", Body=b"1")


def test_the_list_of_uses_is_complete() -> None:
    assert set(NEEDED_BY) == set(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_is_needed(storage_of: Callable[[str], Storage], action: str) -> None:
    with pytest.raises(StorageUnavailable):
        NEEDED_BY[action](storage_of(action))
    NEEDED_BY[action](storage_of(SERVICE))


@pytest.mark.parametrize("call", FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_service_has_no_further_right(s3: S3Server, call: Callable[[Any], object]) -> None:
    with pytest.raises(ClientError) as refused:
        call(s3.client(SERVICE))
    assert refused.value.response["Error"]["Code"] == "AccessDenied"
