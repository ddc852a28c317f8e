"""Makes a scenario of uploads from the logs of a gateway.

    docker compose logs --no-log-prefix gateway | python -m tests.load.record --out FILE
    python -m tests.load.people | python -m tests.load.record      # how the scenario of this repository was recorded

An upload is its `request` line and the `photo_accepted` lines with the same `request_id`. Rejected uploads are
excluded: their content is unknown.
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
_COMPLETED = 200  # 202: accepted, and the client did not wait for the critique

Line = dict[str, Any]


def main() -> None:
    """Read log lines from standard input, and save the scenario."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=RECORDED)
    arguments = parser.parse_args()
    scenario = parse_scenario(sys.stdin)
    scenario.save(arguments.out)
    photos = sum(len(upload.photos) for upload in scenario.uploads)
    print(f"{len(scenario.uploads)} uploads, {photos} photos, {scenario.seconds:.1f} s: {arguments.out}")


def parse_scenario(lines: Iterable[str]) -> Scenario:
    """The scenario in the lines of a log. Raises ValueError without an upload."""
    uploads = sorted(_uploads(log_lines(lines)), key=lambda upload: upload[0])
    if not uploads:
        raise ValueError("no upload is in this log: it takes the gateway's lines, in JSON")
    first, numbers = uploads[0][0], dict[str, int]()
    sequence = [_upload((began - first).total_seconds(), *rest, numbers) for began, *rest in uploads]
    gap = sequence[-1].at / max(1, len(sequence) - 1)  # mean gap, before the scenario repeats
    return Scenario(round(sequence[-1].at + max(gap, 0.001), 3), tuple(sequence))


def log_lines(lines: Iterable[str]) -> Iterator[Line]:
    """The fields of JSON lines, with any prefix; other lines (a library's traceback) are skipped."""
    for line in lines:
        try:
            fields = json.loads(line[line.index("{") :])
        except ValueError:
            continue
        yield fields


def _uploads(lines: Iterable[Line]) -> Iterator[tuple[datetime, str, list[int], bool]]:
    """Start, path, photo sizes in bytes, and whether the client waited, of each upload."""
    accepted = defaultdict[str, list[int]](list)
    for line in lines:
        if line.get("event") == "photo_accepted":
            accepted[line["request_id"]].append(line["bytes"])
        elif line.get("event") == "request" and (photos := accepted.pop(line["request_id"], [])):
            began = datetime.fromisoformat(line["timestamp"]) - timedelta(milliseconds=line["ms"])
            yield began, line["path"], photos, line["status"] == _COMPLETED


def _upload(at: float, path: str, photos: list[int], waits: bool, numbers: dict[str, int]) -> Upload:
    album = _ALBUM.fullmatch(path)
    number = numbers.setdefault(album[1], len(numbers) + 1) if album else None
    return Upload(round(at, 3), ALBUM_PHOTOS if album else PHOTOS, tuple(photos), number, waits)


if __name__ == "__main__":
    main()
