"""Makes a scenario of the logs of a gateway: who sends how much, when and how.

    docker compose logs --no-log-prefix gateway | python -m tests.load.record --out FILE
    python -m tests.load.people | python -m tests.load.record      # how the scenario of this repository was recorded

An upload is its `request` line and the `photo_accepted` lines with the same `request_id`. Uploads that were refused are
not in it: nobody knows what they would have brought.
"""

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.load.scenario import ALBUM_PHOTOS, PHOTOS, RECORDED, Scenario, Upload

_ALBUM = re.compile(r"/v1/albums/([^/]+)/photos")
_ANSWERED = 200  # 202: taken in, and the caller did not stay until the critique was there

Line = dict[str, Any]


def main() -> None:
    """Read log lines from standard input, and keep the scenario."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=RECORDED)
    told = parser.parse_args()
    scenario = recorded(sys.stdin)
    scenario.save(told.out)
    photos = sum(len(upload.photos) for upload in scenario.uploads)
    print(f"{len(scenario.uploads)} uploads, {photos} photos, {scenario.seconds:.1f} s: {told.out}")


def recorded(lines: Iterable[str]) -> Scenario:
    """The scenario that these lines of a log tell. ValueError when no upload is in them."""
    uploads = sorted(_uploads(log_lines(lines)), key=lambda each: each[0])
    if not uploads:
        raise ValueError("no upload is in this log: it takes the gateway's lines, in JSON")
    first, numbers = uploads[0][0], dict[str, int]()
    told = [_upload((began - first).total_seconds(), *rest, numbers) for began, *rest in uploads]
    gap = told[-1].at / max(1, len(told) - 1)  # until the first one comes again, as long as between two of them
    return Scenario(round(told[-1].at + max(gap, 0.001), 3), tuple(told))


def log_lines(lines: Iterable[str]) -> Iterator[Line]:
    """Lines of JSON, whatever stands before them; others (a library's traceback) are passed over."""
    for line in lines:
        try:
            told = json.loads(line[line.index("{") :])
        except ValueError:
            continue
        yield told


def _uploads(lines: Iterable[Line]) -> Iterator[tuple[datetime, str, list[int], bool]]:
    """When each began, its path, the bytes of its photos, and whether its caller stayed."""
    accepted = defaultdict[str, list[int]](list)
    for line in lines:
        if line.get("event") == "photo_accepted":
            accepted[line["request_id"]].append(line["bytes"])
        elif line.get("event") == "request" and (photos := accepted.pop(line["request_id"], [])):
            began = datetime.fromisoformat(line["timestamp"]) - timedelta(milliseconds=line["ms"])
            yield began, line["path"], photos, line["status"] == _ANSWERED


def _upload(at: float, path: str, photos: list[int], waits: bool, numbers: dict[str, int]) -> Upload:
    album = _ALBUM.fullmatch(path)
    number = numbers.setdefault(album[1], len(numbers) + 1) if album else None
    return Upload(round(at, 3), ALBUM_PHOTOS if album else PHOTOS, tuple(photos), number, waits)


if __name__ == "__main__":
    main()
