"""Cursors: opaque texts for clients; an invalid one is rejected with a sentence."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

from critic_core.contracts.errors import InvalidRequest
from critic_core.stores.albums import Cursor


def encode_rank(cursor: Cursor | None) -> str | None:
    """A cursor of a ranking as text."""
    return _encode(cursor.photo_id, repr(cursor.rank_key)) if cursor else None


def decode_rank(text: str | None) -> Cursor | None:
    """A cursor of a ranking from text. Raises InvalidRequest."""
    if text is None:
        return None
    photo_id, rank_key = _decode(text)
    try:
        return Cursor(photo_id, float(rank_key))
    except ValueError:
        raise _invalid() from None


def encode_row(token: str, row: int) -> str:
    """A row of a result as text."""
    return _encode(token, str(row))


def decode_row(text: str) -> tuple[str, int]:
    """Token and row of a result from text. Raises InvalidRequest."""
    token, row = _decode(text)
    if not (token.isalnum() and row.isdecimal()):
        raise _invalid()
    return token, int(row)


def _encode(*fields: str) -> str:
    return urlsafe_b64encode(" ".join(fields).encode()).decode().rstrip("=")


def _decode(text: str) -> tuple[str, str]:
    try:
        first, second = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").split(" ")
    except (ValueError, binascii.Error):
        raise _invalid() from None
    return first, second


def _invalid() -> InvalidRequest:
    return InvalidRequest("The cursor is invalid: use `next_cursor` of the previous page without changes.")
