"""Storage in a bucket: what it sends, and what it says when the bucket does not answer."""

from collections.abc import Callable, Iterator

import pytest
from tests.support.bucket import bucket_storage, forget_endpoints, small_bucket
from tests.support.small_s3 import SmallS3

from critic_core.contracts.errors import PhotoNotFound, ServiceUnavailable, StorageUnavailable
from critic_core.runtime.storage import BLOCK_BYTES, Storage, photo_key

KEY = photo_key("01a20acd-e6da-752f-b759-a4c60fba8bf9")


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallS3]:
    with small_bucket(monkeypatch) as s3:
        yield s3


@pytest.fixture
def storage(s3: SmallS3) -> Storage:
    return bucket_storage()


def test_what_is_put_can_be_got_and_deleted(storage: Storage, s3: SmallS3) -> None:
    storage.put(KEY, b"pixels")
    assert s3.objects == {f"/bucket/prefix/{KEY}": b"pixels"}
    assert storage.get(KEY) == b"pixels"
    assert b"".join(storage.reading(KEY)) == b"pixels"
    storage.delete(KEY)
    storage.delete(KEY)
    assert s3.objects == {}
    with pytest.raises(PhotoNotFound):
        storage.get(KEY)


def test_a_photo_costs_few_requests(storage: Storage, s3: SmallS3) -> None:
    storage.put(KEY, b"pixels")
    assert [(requested.method, requested.path) for requested in s3.requests] == [("PUT", f"/bucket/prefix/{KEY}")]
    storage.delete(KEY)
    assert len(s3.requests) == 2


def test_a_write_that_fails_leaves_nothing_behind(storage: Storage, s3: SmallS3) -> None:
    def broken() -> None:
        with storage.writing(KEY) as file:
            file.write(b"half")
            raise RuntimeError("the client went away")

    with pytest.raises(RuntimeError):
        broken()
    assert (s3.objects, s3.requests) == ({}, [])


def test_half_uploads_are_aborted_at_their_age(storage: Storage, s3: SmallS3) -> None:
    file = storage._fs.open(f"bucket/prefix/{KEY}", "wb")
    file.write(b"x" * (2 * BLOCK_BYTES))
    file.closed = True  # as after a kill: neither completed nor aborted
    assert list(s3.uploads.values()) == [f"/bucket/prefix/{KEY}"]
    began = s3.changed_at.timestamp()
    assert storage.abort_uploads("photos", began - 1) == 0
    assert storage.abort_uploads("photos", began + 1) == 1
    assert (s3.uploads, s3.objects) == ({}, {})


def test_an_upload_takes_no_more_memory_than_a_block(storage: Storage) -> None:
    assert storage._fs.default_block_size == BLOCK_BYTES


CALLS: dict[str, Callable[[Storage], object]] = {
    "put": lambda storage: storage.put(KEY, b"pixels"),
    "get": lambda storage: storage.get(KEY),
    "reading": lambda storage: storage.reading(KEY),
    "delete": lambda storage: storage.delete(KEY),
    "check": lambda storage: storage.check(),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_bucket_that_is_away_is_unavailable_and_comes_back(
    storage: Storage, s3: SmallS3, call: Callable[[Storage], object]
) -> None:
    s3.away = True
    with pytest.raises(StorageUnavailable) as requests:
        call(storage)
    assert isinstance(requests.value, ServiceUnavailable)  # so that a worker puts the photo back
    s3.away = False
    storage.put(KEY, b"pixels")
    call(storage)


def test_nobody_there_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_endpoints(monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(StorageUnavailable):
        Storage("s3://nobody/prefix").get(KEY)
