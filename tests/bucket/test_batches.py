"""What batches do with a real bucket, as the user of the documented policy."""

import pytest

from critic_core.contracts.errors import PhotoNotFound
from critic_core.contracts.identity import new_id
from critic_core.runtime.storage import Storage, batch_folder, manifest_key, results_key


def test_a_range_of_a_file_is_read_up_to_its_end(storage: Storage) -> None:
    key = manifest_key(new_id())
    storage.put(key, b"0123456789")
    assert [storage.range(key, 0, 4), storage.range(key, 4, 100)] == [b"0123", b"456789"]


def test_a_folder_is_deleted_with_everything_below(storage: Storage) -> None:
    batch_id, other_id = new_id(), new_id()
    keys = [results_key(batch_id, part) for part in range(3)]
    for key in (*keys, manifest_key(batch_id), manifest_key(other_id)):
        storage.put(key, b"{}")
    storage.delete_folder(batch_folder(batch_id))
    storage.delete_folder(batch_folder(batch_id))
    for key in (*keys, manifest_key(batch_id)):
        with pytest.raises(PhotoNotFound):
            storage.get(key)
    assert storage.get(manifest_key(other_id)) == b"{}"
