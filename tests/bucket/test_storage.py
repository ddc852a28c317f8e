"""The storage in a real bucket: whole files, and errors instead of wrong ones."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.support.bucket_server import SLOW_DOWN
from tests.support.faulty_bucket import INTERNAL_ERROR, FaultyBucket, first
from tests.support.s3_server import BUCKET, S3Server
from tests.support.scripted_server import Answer, Request

from critic_core.contracts.errors import PhotoNotFound, StorageUnavailable
from critic_core.contracts.identity import new_id
from critic_core.runtime import storage as storage_module
from critic_core.runtime.storage import BLOCK_BYTES, S3FS_ATTEMPTS, Storage, photo_key

LARGE = bytes(range(256)) * (3 * BLOCK_BYTES // 256) + b"the last part"
PAGE = 1000  # objects in a listing of S3
BOTOCORE_ATTEMPTS = 3


@pytest.fixture
def key() -> str:
    return photo_key(new_id())


@pytest.mark.parametrize("data", [b"pixels", b"", LARGE], ids=["small", "empty", "in parts"])
def test_a_file_reads_back_byte_for_byte(storage: Storage, key: str, data: bytes) -> None:
    storage.put(key, data)
    assert storage.get(key) == data
    size, chunks = storage.size_and_chunks(key)
    assert (size, b"".join(chunks)) == (len(data), data)
    storage.delete(key)
    with pytest.raises(PhotoNotFound):
        storage.get(key)
    with pytest.raises(PhotoNotFound):
        storage.reading(key)


def test_the_probe_of_readiness_leaves_nothing(storage: Storage) -> None:
    storage.check()
    assert not [entry for page in storage.entries("checks") for entry in page]


def test_a_cancelled_upload_leaves_neither_object_nor_parts(storage: Storage, s3: S3Server, key: str) -> None:
    def broken() -> None:
        with storage.writing(key) as file:
            file.write(LARGE)
            raise RuntimeError("the client went away")

    with pytest.raises(RuntimeError):
        broken()
    assert s3.client().list_multipart_uploads(Bucket=BUCKET, Prefix=f"photos/{key}").get("Uploads", []) == []
    with pytest.raises(PhotoNotFound):
        storage.get(key)


def test_parts_of_a_killed_process_are_aborted(storage: Storage, s3: S3Server) -> None:
    s3.client().create_multipart_upload(Bucket=BUCKET, Key="photos/killed/original")
    assert storage.abort_uploads("killed", time.time() - 3600) == 0
    assert storage.abort_uploads("killed", time.time() + 3600) == 1
    assert s3.client().list_multipart_uploads(Bucket=BUCKET, Prefix="photos/killed").get("Uploads", []) == []


def test_a_listing_has_every_page(storage: Storage, s3: S3Server) -> None:
    client = s3.client()
    names = {f"listing/{number:04}" for number in range(PAGE + 1)}
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda name: client.put_object(Bucket=BUCKET, Key=f"photos/{name}", Body=b"1"), names))
    pages = list(storage.entries("listing"))
    assert [len(page) for page in pages] == [PAGE, 1]
    assert {entry.key for page in pages for entry in page} == names


CALLS: dict[str, Callable[[Storage, str], object]] = {
    "put": lambda storage, key: storage.put(key, b"pixels"),
    "get": lambda storage, key: storage.get(key),
    "read": lambda storage, key: b"".join(storage.reading(key)),
    "delete": lambda storage, key: storage.delete(key),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("fault", [SLOW_DOWN, INTERNAL_ERROR], ids=["throttled", "error"])
def test_a_passing_fault_is_not_noticed(
    faulty_storage: Storage, proxy: FaultyBucket, key: str, call: Callable[[Storage, str], object], fault: Answer
) -> None:
    faulty_storage.put(key, b"pixels")
    proxy.fault = first(1, fault)
    assert call(faulty_storage, key) in {None, b"pixels"}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_bucket_that_throttles_gets_few_requests(
    faulty_storage: Storage, proxy: FaultyBucket, key: str, call: Callable[[Storage, str], object]
) -> None:
    faulty_storage.put(key, b"pixels")
    sent = len(proxy.requests)
    proxy.fault = lambda _: SLOW_DOWN
    with pytest.raises(StorageUnavailable):
        call(faulty_storage, key)
    assert len(proxy.requests) - sent <= S3FS_ATTEMPTS * BOTOCORE_ATTEMPTS
    proxy.fault = lambda _: None
    assert faulty_storage.get(key) == b"pixels"


def test_a_bucket_that_does_not_answer_is_unavailable(
    storage_of: Callable[..., Storage], proxy: FaultyBucket, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_module, "ANSWER_SECONDS", 0.2)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    storage = storage_of("service", proxy.url)
    proxy.seconds = 60
    with pytest.raises(StorageUnavailable):
        storage.get(key)


def test_a_download_that_breaks_off_is_an_error_and_no_shorter_photo(
    faulty_storage: Storage, proxy: FaultyBucket, key: str
) -> None:
    def broken(request: Request) -> Answer | None:
        headers = {"Content-Length": "6", "ETag": '"1"', "Connection": "close"}
        return Answer(200, b"pix", headers) if request.method == "GET" else None

    faulty_storage.put(key, b"pixels")
    proxy.fault = broken
    with pytest.raises(StorageUnavailable):
        faulty_storage.get(key)
    with pytest.raises(StorageUnavailable):
        b"".join(faulty_storage.reading(key))
