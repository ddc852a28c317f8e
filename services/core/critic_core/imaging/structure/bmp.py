"""BMP: run lengths, each a step of the parser."""

from critic_core.contracts.errors import PhotoTooComplex

MAX_RUN_LENGTH_BYTES = 4_000_000
_RUN_LENGTHS = (1, 2)  # BI_RLE8, BI_RLE4


def check(data: bytes) -> None:
    """Raises PhotoTooComplex."""
    if int.from_bytes(data[30:34], "little") in _RUN_LENGTHS and len(data) > MAX_RUN_LENGTH_BYTES:
        raise PhotoTooComplex(f"The BMP has more than {MAX_RUN_LENGTH_BYTES} bytes of run lengths.")
