"""What a replay sends, and what became of it. Knows no Locust: the locustfile does that."""

import itertools
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.load.photos import jpegs, shoot
from tests.load.scenario import ALBUM_PHOTOS, PHOTOS, Upload

SIZES = ((1024, 768), (4000, 3000))  # beside small photographs as they are
_BOUNDARY = b"photo-critic-replay"


@dataclass(frozen=True)
class Sent:
    """One upload: when it was due, how late it left, and what it got after how many milliseconds since it was due."""

    due: float
    late_ms: float
    ms: float
    status: int  # 0: no answer
    request_id: str
    route: str
    waits: bool
    photos: tuple[str, ...]  # ids of those that were accepted
    sent_photos: int
    sent_bytes: int

    @classmethod
    def load(cls, path: Path) -> list["Sent"]:
        """A whole report."""
        told = map(json.loads, path.read_text().splitlines())
        return [cls(**{**one, "photos": tuple(one["photos"])}) for one in told]

    def line(self) -> str:
        """One line of a report."""
        return json.dumps(asdict(self)) + "\n"


class RealPhotos:
    """Real photographs, the one nearest in bytes for each recorded size; no two sent are the same."""

    def __init__(self) -> None:
        different = [*shoot(200), *(photo for size in SIZES for photo in jpegs(2, size))]
        self._photos, self._numbers = sorted(different, key=len), itertools.count()

    def like(self, size: int) -> bytes:
        """One of about that many bytes."""
        nearest = min(self._photos, key=lambda photo: abs(len(photo) - size))
        return nearest + b" %d" % next(self._numbers)  # decoders stop at the end of the picture


def body(photos: list[bytes]) -> tuple[str, bytes]:
    """Content type and body: one photo as it is, several as a form."""
    if len(photos) == 1:
        return "image/jpeg", photos[0]
    head = b'--%s\r\nContent-Disposition: form-data; name="file"; filename="%d.jpg"\r\n\r\n'
    parts = b"".join(head % (_BOUNDARY, number) + photo + b"\r\n" for number, photo in enumerate(photos))
    return f"multipart/form-data; boundary={_BOUNDARY.decode()}", parts + b"--" + _BOUNDARY + b"--\r\n"


def path(upload: Upload, albums: dict[int, str], wait: int) -> str:
    """Where it is sent; `albums` are the ids by number."""
    place = ALBUM_PHOTOS.format(album_id=albums[upload.album]) if upload.album else PHOTOS
    return f"{place}?wait={wait}" if upload.waits else place


def accepted_ids(answer: Any) -> tuple[str, ...]:
    """Ids in the answer to an upload: one photo, or a receipt for each."""
    receipts = answer.get("photos", [{"photo": answer}])
    return tuple(receipt["photo"]["id"] for receipt in receipts if receipt.get("photo"))


def percentile(values: Iterable[float], share: float) -> float:
    """The value that so large a share does not exceed; 0 of nothing."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)] if ordered else 0.0
