"""Size limits of photos."""

from dataclasses import dataclass

from critic_core.contracts.errors import PhotoCorrupt, PhotoEmpty, PhotoTooLarge, PhotoTooManyPixels
from critic_core.contracts.photo_limits import MAX_BYTES, MAX_PIXELS

REDUCED_PIXELS = 2.5
"""The limit of pixels for JPEGs, decoded at a half or less of their sides, as a multiple of the limit."""


@dataclass(frozen=True)
class Limits:
    """`max_bytes` of the file, and `max_pixels` by its header, checked before decoding."""

    max_bytes: int = MAX_BYTES
    max_pixels: int = MAX_PIXELS

    def check_bytes(self, count: int) -> None:
        """Raises PhotoEmpty or PhotoTooLarge."""
        if count == 0:
            raise PhotoEmpty
        if count > self.max_bytes:
            raise PhotoTooLarge(f"The file has {count} bytes; at most {self.max_bytes} are taken.")

    def check_pixels(self, width: int, height: int, *, reduces: bool = False) -> None:
        """Raises PhotoTooManyPixels, or PhotoCorrupt without pixels. `reduces`: the decoder never holds them all."""
        most = int(self.max_pixels * (REDUCED_PIXELS if reduces else 1))
        if width < 1 or height < 1:
            raise PhotoCorrupt("The photo says that it is empty: it has no width or no height.")
        if width * height > most:
            detail = f"The photo has {width} × {height} pixels; at most {most} in all are taken."
            raise PhotoTooManyPixels(detail)


DEFAULT_LIMITS = Limits()
