"""The digest of an upload depends on its files, their order, and the options."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.unit.gateway.uploads.files import reject_file, store_file

from critic_core.contracts.album import Album, Counts
from critic_core.contracts.errors import IdempotencyKeyReused
from critic_core.contracts.webhook import PhotoEvent
from critic_core.runtime.storage import Storage
from critic_gateway.limits.idempotency import FileRecord, UploadRecord
from critic_gateway.uploads.digest import ensure_same_upload, upload_digest
from critic_gateway.uploads.options import UploadOptions

NOW = datetime.now(UTC)
ALBUM = Album(id="a", created_at=NOW, expires_at=NOW, counts=Counts(photos=0, pending=0, done=0, failed=0))
PLAIN = UploadOptions()


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path.as_uri())


def test_a_repeated_upload_has_the_same_digest(storage: Storage) -> None:
    uploads = [[store_file(storage), reject_file()] for _ in range(2)]  # with other photo ids
    record = UploadRecord(body_digest=upload_digest(uploads[0], PLAIN), files=(FileRecord(photo_id="p"),))
    ensure_same_upload(record, uploads[1], PLAIN)


def test_other_files_or_options_are_another_upload(storage: Storage) -> None:
    first, second = store_file(storage), store_file(storage, b"other bytes")
    record = UploadRecord(
        body_digest=upload_digest([first, second], PLAIN), files=(FileRecord(photo_id="p"), FileRecord(photo_id="q"))
    )
    for files in ([second, first], [first], [first, store_file(storage, b"other bytes", "c.jpg")]):
        with pytest.raises(IdempotencyKeyReused):
            ensure_same_upload(record, files, PLAIN)
    for options in (
        UploadOptions(model="m"),
        UploadOptions(album=ALBUM),
        UploadOptions(callback_url="https://x"),
        UploadOptions(callback_events=(PhotoEvent.done,)),
    ):
        with pytest.raises(IdempotencyKeyReused):
            ensure_same_upload(record, [first, second], options)
