"""How large a photo may be."""

from dataclasses import dataclass

from critic_core.contracts.errors import PhotoCorrupt, PhotoEmpty, PhotoTooLarge, PhotoTooManyPixels


@dataclass(frozen=True)
class Limits:
    """`max_bytes` of the file and `max_pixels` of the picture in it, told from its header before it is decoded."""

    max_bytes: int = 64 * 1024 * 1024
    max_pixels: int = 100_000_000

    def check_bytes(self, count: int) -> None:
        """Raises PhotoEmpty or PhotoTooLarge."""
        if count == 0:
            raise PhotoEmpty
        if count > self.max_bytes:
            raise PhotoTooLarge(f"The file has {count} bytes; at most {self.max_bytes} are taken.")

    def check_pixels(self, width: int, height: int) -> None:
        """Raises PhotoTooManyPixels, or PhotoCorrupt for a picture without any."""
        if width < 1 or height < 1:
            raise PhotoCorrupt("The photo says that it is empty: it has no width or no height.")
        if width * height > self.max_pixels:
            detail = f"The photo has {width} × {height} pixels; at most {self.max_pixels} in all are taken."
            raise PhotoTooManyPixels(detail)


DEFAULT_LIMITS = Limits()
