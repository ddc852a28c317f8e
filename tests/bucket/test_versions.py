"""Versioning and lifecycle rules: what a deletion leaves, and how a restore brings it back."""

import json
from typing import Any

import pytest
from tests.bucket.conftest import FOLDER
from tests.support.s3_server import BUCKET, S3Server

from critic_core.contracts.errors import PhotoNotFound
from critic_core.contracts.identity import new_id
from critic_core.runtime.storage import Storage, photo_key


@pytest.fixture(scope="module")
def client(s3: S3Server) -> Any:
    """An administrator of the bucket, which has versions from here on."""
    client = s3.client()
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return client


@pytest.fixture
def key() -> str:
    return photo_key(new_id())


def test_a_deleted_photo_is_gone_for_the_service_and_stays_as_a_version(
    storage: Storage, client: Any, key: str
) -> None:
    storage.put(key, b"pixels")
    storage.delete(key)
    storage.delete(key)
    with pytest.raises(PhotoNotFound):
        storage.get(key)
    with pytest.raises(PhotoNotFound):
        storage.reading(key)
    assert key not in [entry.key for page in storage.entries("photos") for entry in page]
    (version,) = client.list_object_versions(Bucket=BUCKET, Prefix=f"photos/{key}")["Versions"]
    old = client.get_object(Bucket=BUCKET, Key=version["Key"], VersionId=version["VersionId"])
    assert old["Body"].read() == b"pixels"


def test_without_its_delete_markers_the_photo_is_back(storage: Storage, client: Any, key: str) -> None:
    storage.put(key, b"pixels")
    storage.delete(key)
    for marker in client.list_object_versions(Bucket=BUCKET, Prefix=f"photos/{key}")["DeleteMarkers"]:
        client.delete_object(Bucket=BUCKET, Key=marker["Key"], VersionId=marker["VersionId"])
    assert storage.get(key) == b"pixels"


def test_the_documented_lifecycle_is_accepted(client: Any) -> None:
    rules = json.loads((FOLDER / "lifecycle.json").read_text("utf-8"))
    client.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration=rules)
    stored = client.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    expected = {rule["ID"]: rule for rule in rules["Rules"]}
    assert {rule["ID"]: rule.items() >= expected[rule["ID"]].items() for rule in stored} == dict.fromkeys(
        expected, True
    )
