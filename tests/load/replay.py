"""Uploads of a replay and their outcome, independent of Locust."""

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
    """One upload: due time (seconds), delay and response time since then (milliseconds), and its response."""

    due: float
    late_ms: float
    ms: float
    status: int  # 0: no response
    request_id: str
    route: str
    waits: bool
    photos: tuple[str, ...]  # accepted ids
    sent_photos: int
    sent_bytes: int

    @classmethod
    def load(cls, path: Path) -> list["Sent"]:
        """Read a report."""
        records = map(json.loads, path.read_text().splitlines())
        return [cls(**{**record, "photos": tuple(record["photos"])}) for record in records]

    def line(self) -> str:
        """One line of a report."""
        return json.dumps(asdict(self)) + "\n"


class RealPhotos:
    """Real photographs of recorded sizes in bytes, each unique."""

    def __init__(self) -> None:
        different = [*shoot(200), *(photo for size in SIZES for photo in jpegs(2, size))]
        self._photos, self._numbers = sorted(different, key=len), itertools.count()

    def like(self, size: int) -> bytes:
        """The photograph of the nearest size."""
        nearest = min(self._photos, key=lambda photo: abs(len(photo) - size))
        return nearest + b" %d" % next(self._numbers)  # decoders stop at the end of the picture


def body(photos: list[bytes]) -> tuple[str, bytes]:
    """Content type and body: the bytes of one photo, or a form of several."""
    if len(photos) == 1:
        return "image/jpeg", photos[0]
    head = b'--%s\r\nContent-Disposition: form-data; name="file"; filename="%d.jpg"\r\n\r\n'
    form = b"".join(head % (_BOUNDARY, number) + photo + b"\r\n" for number, photo in enumerate(photos))
    return f"multipart/form-data; boundary={_BOUNDARY.decode()}", form + b"--" + _BOUNDARY + b"--\r\n"


def path(upload: Upload, albums: dict[int, str], wait: int) -> str:
    """The path of an upload; `albums` are ids by number."""
    route = ALBUM_PHOTOS.format(album_id=albums[upload.album]) if upload.album else PHOTOS
    return f"{route}?wait={wait}" if upload.waits else route


def accepted_ids(reply: Any) -> tuple[str, ...]:
    """Photo ids in the reply to an upload: of one photo, or of receipts."""
    receipts = reply.get("photos", [{"photo": reply}])
    return tuple(receipt["photo"]["id"] for receipt in receipts if receipt.get("photo"))


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that a share of all values does not exceed; 0 without values."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)] if ordered else 0.0
