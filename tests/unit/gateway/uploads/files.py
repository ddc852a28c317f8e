"""Received files for tests."""

import hashlib

from critic_core.contracts.errors import PhotoUnsupported
from critic_core.contracts.identity import new_id
from critic_core.runtime.storage import Storage, photo_key
from critic_gateway.uploads.receive import RejectedFile, StoredFile


def store_file(storage: Storage, data: bytes = b"bytes", name: str = "a.jpg") -> StoredFile:
    """A file in storage."""
    photo_id = new_id()
    storage.put(photo_key(photo_id), data)
    return StoredFile(photo_id, name, "image/jpeg", len(data), hashlib.sha256(data).hexdigest())


def reject_file(name: str = "b.txt") -> RejectedFile:
    """A file that is no photo."""
    return RejectedFile(name, PhotoUnsupported())
