"""A recorded scenario: when uploads came, what each brought and how it was sent. No ids, names, addresses or pixels.

Only uploads are in it: they are what an installation has to carry, and what it may refuse.
"""

import itertools
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

PHOTOS, ALBUM_PHOTOS = "/v1/photos", "/v1/albums/{album_id}/photos"
RECORDED = Path(__file__).with_name("scenarios") / "evening.json"


@dataclass(frozen=True)
class Upload:
    """One upload: seconds after the first one, bytes of each photo, and the album it went to, by number."""

    at: float
    route: str
    photos: tuple[int, ...]
    album: int | None = None
    waits: bool = False  # the caller stayed until the critique was there

    @classmethod
    def of(cls, told: dict[str, Any]) -> Self:
        """From its JSON."""
        return cls(**{**told, "photos": tuple(told["photos"])})


@dataclass(frozen=True)
class Scenario:
    """Uploads in the order in which they came, and how long that took in seconds."""

    seconds: float
    uploads: tuple[Upload, ...]

    @property
    def photos_per_second(self) -> float:
        """As recorded."""
        return sum(len(upload.photos) for upload in self.uploads) / self.seconds

    def replayed(self, factor: float, seconds: float) -> Iterator[tuple[float, Upload]]:
        """Uploads and when each is due, `factor` times as fast as recorded, again and again for so many seconds."""
        for round_ in itertools.count():
            for upload in self.uploads:
                due = (round_ * self.seconds + upload.at) / factor
                if due >= seconds:
                    return
                yield due, upload

    def evenly(self, rate: float, seconds: float) -> Iterator[tuple[float, Upload]]:
        """The same uploads in the same order, but so many photos a second without haste or rest."""
        photos = 0
        for upload in itertools.cycle(self.uploads):
            if photos / rate >= seconds:
                return
            yield photos / rate, upload
            photos += len(upload.photos)

    def save(self, path: Path) -> None:
        """A line an upload, so that people can read it and git can compare it."""
        uploads = ",\n  ".join(json.dumps(asdict(upload)) for upload in self.uploads)
        path.write_text(f'{{"seconds": {self.seconds}, "uploads": [\n  {uploads}\n]}}\n')

    @classmethod
    def load(cls, path: Path) -> Self:
        """What was saved there."""
        told = json.loads(path.read_text())
        return cls(told["seconds"], tuple(Upload.of(upload) for upload in told["uploads"]))
