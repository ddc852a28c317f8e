"""Cursors as clients see them: opaque, and refused with a sentence when they are not ours."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

from critic_core.contracts.errors import InvalidRequest
from critic_core.stores.albums import Cursor


def told_place(cursor: Cursor | None) -> str | None:
    """A place in a ranking as a client sees it."""
    return _told(cursor.photo_id, repr(cursor.place)) if cursor else None


def place(text: str | None) -> Cursor | None:
    """The place in a ranking that a client tells. InvalidRequest when it is none of ours."""
    if text is None:
        return None
    photo_id, score = _parts(text)
    try:
        return Cursor(photo_id, float(score))
    except ValueError:
        raise _not_ours() from None


def told_row(token: str, row: int) -> str:
    """A row of an answer as a client sees it."""
    return _told(token, str(row))


def row(text: str) -> tuple[str, int]:
    """Token and row of the answer that a client tells. InvalidRequest when they are none of ours."""
    token, number = _parts(text)
    if not (token.isalnum() and number.isdecimal()):
        raise _not_ours()
    return token, int(number)


def _told(*parts: str) -> str:
    return urlsafe_b64encode(" ".join(parts).encode()).decode().rstrip("=")


def _parts(text: str) -> tuple[str, str]:
    try:
        first, second = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").split(" ")
    except (ValueError, binascii.Error):
        raise _not_ours() from None
    return first, second


def _not_ours() -> InvalidRequest:
    return InvalidRequest("The cursor is not one of ours: take it from `next_cursor` of the page before, as it is.")
