"""GIF: comments and application data before the first frame, which the parser joins piece by piece.

Source: GIF89a specification.
"""

from critic_core.contracts.errors import PhotoTooComplex

MAX_EXTENSION_BYTES = 1_000_000
_EXTENSION, _ENDS = 0x21, b",;"


def check(data: bytes) -> None:
    """Raises PhotoTooComplex."""
    start = at = 13 + (3 << ((data[10] & 7) + 1) if len(data) > 10 and data[10] & 0x80 else 0)
    while at < len(data) and data[at] not in _ENDS:
        at = _after_blocks(data, at + 2, start) if data[at] == _EXTENSION else at + 1
        if at - start > MAX_EXTENSION_BYTES:
            raise PhotoTooComplex(f"The GIF has more than {MAX_EXTENSION_BYTES} bytes before its first frame.")


def _after_blocks(data: bytes, at: int, start: int) -> int:
    while at < len(data) and data[at] and at - start <= MAX_EXTENSION_BYTES:
        at += 1 + data[at]
    return at + 1
