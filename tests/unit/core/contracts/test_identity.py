"""Photo ids."""

import time
from uuid import UUID, uuid4

from critic_core.contracts.identity import is_id, made_at, new_id


def test_ids_are_uuid_version_7_and_never_repeat() -> None:
    ids = [new_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert all(is_id(photo_id) and UUID(photo_id).variant == "specified in RFC 4122" for photo_id in ids)


def test_later_ids_sort_later() -> None:
    milliseconds = [int(new_id().replace("-", "")[:12], 16) for _ in range(100)]
    assert milliseconds == sorted(milliseconds)


def test_anything_else_is_none() -> None:
    for text in ("", "x", str(uuid4()), new_id().upper(), f"{{{new_id()}}}", "../" + new_id()):
        assert not is_id(text)


def test_an_id_tells_when_it_was_made() -> None:
    assert abs(time.time() - made_at(new_id())) < 5
