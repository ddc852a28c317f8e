"""Cursors: opaque texts for clients, each bound to its album or owner; another one is rejected with a sentence."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TypeVar

from critic_core.contracts.errors import InvalidRequest
from critic_core.contracts.identity import is_id
from critic_core.stores.albums import Cursor
from critic_core.stores.owners import OwnerIndex

T = TypeVar("T")


def encode_rank(album_id: str, cursor: Cursor | None) -> str | None:
    """A cursor of an album's ranking as text."""
    return _encode(album_id, cursor.photo_id, repr(cursor.rank_key)) if cursor else None


def decode_rank(album_id: str, text: str | None) -> Cursor | None:
    """A cursor of that album's ranking from text. Raises InvalidRequest."""
    if text is None:
        return None
    album, photo_id, rank_key = _decode(text, 3)
    try:
        cursor = Cursor(photo_id, float(rank_key))
    except ValueError:
        raise _invalid() from None
    return _ensure(album == album_id, cursor)


def encode_id(owner: str, kind: OwnerIndex, last_id: str | None) -> str | None:
    """The last id of a page of an owner's list as text."""
    return _encode(owner, kind, last_id) if last_id else None


def decode_id(owner: str, kind: OwnerIndex, text: str | None) -> str | None:
    """The last id of a page of that owner's list from text. Raises InvalidRequest."""
    if text is None:
        return None
    *scope, last_id = _decode(text, 3)
    return _ensure(scope == [owner, kind] and is_id(last_id), last_id)


def encode_row(query: str, token: str, row: int) -> str:
    """A row of the result of a query, by its digest, as text."""
    return _encode(query, token, str(row))


def decode_row(text: str) -> tuple[str, str, int]:
    """Query, token and row of a result from text. Raises InvalidRequest."""
    query, token, row = _decode(text, 3)
    return _ensure(query.isalnum() and token.isalnum() and row.isdecimal(), query), token, int(row)


def _encode(*fields: str) -> str:
    return urlsafe_b64encode(" ".join(fields).encode()).decode().rstrip("=")


def _decode(text: str, count: int) -> list[str]:
    try:
        fields = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").split(" ")
    except (ValueError, binascii.Error):
        raise _invalid() from None
    return _ensure(len(fields) == count, fields)


def _ensure(valid: bool, value: T) -> T:
    if not valid:
        raise _invalid()
    return value


def _invalid() -> InvalidRequest:
    return InvalidRequest("The cursor is invalid: use `next_cursor` of the previous page without changes.")
