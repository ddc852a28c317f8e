"""Cursors: opaque, reversible, and rejected when invalid."""

from functools import partial

import pytest

from critic_core.contracts.errors import InvalidRequest
from critic_core.contracts.identity import new_id
from critic_core.stores.albums import Cursor
from critic_core.stores.owners import OwnerIndex
from critic_gateway.http import cursors


@pytest.mark.parametrize("rank_key", [71.25, -1.0, 1e-9, 0.1 + 0.2])
def test_a_rank_is_decoded_exactly(rank_key: float) -> None:
    text = cursors.encode_rank("a1", Cursor("p1", rank_key))
    assert text is not None
    assert text.isascii()
    assert cursors.decode_rank("a1", text) == Cursor("p1", rank_key)


def test_an_id_is_decoded_exactly() -> None:
    photo_id = new_id()
    text = cursors.encode_id("ann", OwnerIndex.photos, photo_id)
    assert cursors.decode_id("ann", OwnerIndex.photos, text) == photo_id


def test_the_longest_cursor_is_accepted_by_the_routes() -> None:
    texts = (
        cursors.encode_id("a" * 64, OwnerIndex.photos, new_id()),
        cursors.encode_rank(new_id(), Cursor(new_id(), -1.2345678901234567e-101)),
    )
    assert max(len(text or "") for text in texts) <= 200


def test_a_cursor_of_another_album_owner_or_list_is_an_invalid_request() -> None:
    rank = cursors.encode_rank("a1", Cursor("p1", 0.5))
    entry = cursors.encode_id("ann", OwnerIndex.photos, new_id())
    for decode in (
        lambda: cursors.decode_rank("a2", rank),
        lambda: cursors.decode_id("bob", OwnerIndex.photos, entry),
        lambda: cursors.decode_id("ann", OwnerIndex.albums, entry),
        lambda: cursors.decode_rank("ann", entry),
        lambda: cursors.decode_id("ann", OwnerIndex.photos, rank),
    ):
        with pytest.raises(InvalidRequest):
            decode()


def test_a_row_is_decoded_exactly() -> None:
    assert cursors.decode_row(cursors.encode_row("query", "token", 100)) == ("query", "token", 100)


def test_no_cursor_is_no_cursor() -> None:
    assert cursors.encode_rank("a1", None) is None
    assert cursors.decode_rank("a1", None) is None
    assert cursors.encode_id("ann", OwnerIndex.photos, None) is None
    assert cursors.decode_id("ann", OwnerIndex.photos, None) is None


@pytest.mark.parametrize("text", ["", "x", "%00", "aGVsbG8", "AAAA", "ü", cursors.encode_row("q", "t", 1)[:-1], "YSBi"])
def test_an_invalid_cursor_is_an_invalid_request(text: str) -> None:
    for decode in (
        partial(cursors.decode_rank, "a"),
        partial(cursors.decode_id, "ann", OwnerIndex.photos),
        cursors.decode_row,
    ):
        with pytest.raises(InvalidRequest):
            decode(text)
