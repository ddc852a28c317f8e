"""A recorded scenario: time, sizes and route of each upload, without ids, names, addresses or pixels.

It has uploads alone: they are the load of an installation, and what it may reject.
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
    waits: bool = False  # the client waited for the critique

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Self:
        """From its JSON."""
        return cls(**{**fields, "photos": tuple(fields["photos"])})


@dataclass(frozen=True)
class Scenario:
    """Uploads in order, and the duration in seconds."""

    seconds: float
    uploads: tuple[Upload, ...]

    @property
    def photos_per_second(self) -> float:
        """As recorded."""
        return sum(len(upload.photos) for upload in self.uploads) / self.seconds

    def replayed(self, factor: float, seconds: float) -> Iterator[tuple[float, Upload]]:
        """Due times and uploads, `factor` times as fast as recorded, repeated for some seconds."""
        for round_ in itertools.count():
            for upload in self.uploads:
                due = (round_ * self.seconds + upload.at) / factor
                if due >= seconds:
                    return
                yield due, upload

    def evenly(self, rate: float, seconds: float) -> Iterator[tuple[float, Upload]]:
        """The same uploads at an even rate of photos a second."""
        photos = 0
        for upload in itertools.cycle(self.uploads):
            if photos / rate >= seconds:
                return
            yield photos / rate, upload
            photos += len(upload.photos)

    def save(self, path: Path) -> None:
        """Write one line per upload, for readable diffs."""
        uploads = ",\n  ".join(json.dumps(asdict(upload)) for upload in self.uploads)
        path.write_text(f'{{"seconds": {self.seconds}, "uploads": [\n  {uploads}\n]}}\n')

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a saved scenario."""
        fields = json.loads(path.read_text())
        return cls(fields["seconds"], tuple(Upload.of(upload) for upload in fields["uploads"]))
