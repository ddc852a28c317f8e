"""Presigned uploads to a real bucket: of the signed number of bytes, and under the signed key."""

import httpx

from critic_core.runtime.storage import Storage, uploaded_key


def test_a_presigned_url_takes_one_file_of_its_size(storage: Storage) -> None:
    key = uploaded_key("ann", "a")
    url = storage.presigned_put(key, 6, 60)
    assert httpx.put(url, content=b"pixels").status_code == 200
    assert storage.get(key) == b"pixels"
    assert httpx.put(url, content=b"more pixels").status_code == 403
    assert httpx.put(url.replace("uploads/ann", "uploads/bob"), content=b"pixels").status_code == 403
    assert storage.get(key) == b"pixels"
