"""Cursors: opaque, reversible, and rejected when invalid."""

import pytest

from critic_core.contracts.errors import InvalidRequest
from critic_core.stores.albums import Cursor
from critic_gateway.albums import cursors


@pytest.mark.parametrize("rank_key", [71.25, -1.0, 1e-9, 0.1 + 0.2])
def test_a_rank_is_decoded_exactly(rank_key: float) -> None:
    text = cursors.encode_rank(Cursor("p1", rank_key))
    assert text is not None
    assert text.isascii()
    assert cursors.decode_rank(text) == Cursor("p1", rank_key)


def test_a_row_is_decoded_exactly() -> None:
    assert cursors.decode_row(cursors.encode_row("token", 100)) == ("token", 100)


def test_no_cursor_is_no_cursor() -> None:
    assert cursors.encode_rank(None) is None
    assert cursors.decode_rank(None) is None


@pytest.mark.parametrize("text", ["", "x", "%00", "aGVsbG8", "AAAA", "ü", cursors.encode_row("t", 1)[:-1], "YSBi"])
def test_an_invalid_cursor_is_an_invalid_request(text: str) -> None:
    for decode in (cursors.decode_rank, cursors.decode_row):
        with pytest.raises(InvalidRequest):
            decode(text)
