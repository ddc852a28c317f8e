"""Photos behind URLs become labelled WebDataset shards, by the real img2dataset from a server on this machine."""

import csv
import io
import json
import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image

from critic_training.data.download import download, summary
from critic_training.data.flickr import TRAIN_FILE
from critic_training.data.paper_figures import COLUMNS, TILE
from critic_training.finetune.shard_source import read_shard

DATA = Path(__file__).parents[1] / "data"
PROGRAMS = Path(sys.executable).parent
PHOTOS, BROKEN, MISSING = 30, 6, 4
PER_SHARD = 8

pytestmark = pytest.mark.timeout(1600)  # img2dataset is installed the first time


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the base class's name
        """Not one line a photo."""


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """A folder of photos over HTTP; the last ones are no photos."""
    folder = tmp_path / "www"
    folder.mkdir()
    photo = Image.open(DATA / "rocket.jpg").convert("RGB")
    for number in range(PHOTOS):
        photo.crop((number * 5, 0, number * 5 + 300, 300)).save(folder / f"{number}.jpg")
    for number in range(PHOTOS, PHOTOS + BROKEN):
        (folder / f"{number}.jpg").write_bytes(b"this was a photo once")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(10)


@pytest.fixture
def table(web: str, tmp_path: Path) -> Path:
    file = tmp_path / "photos.csv"
    with file.open("w", newline="") as opened:
        rows = csv.writer(opened)
        rows.writerow(("photo_id", "url", "views", "uploaded", "crawled", "owner"))
        for number in range(PHOTOS + BROKEN + MISSING):
            rows.writerow((number, f"{web}/{number}.jpg", number**2, "2015-01-01", "2016-01-01", number // 2))
    return file


@pytest.fixture(autouse=True)
def activated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs of this environment are on the path, as after `activate`."""
    monkeypatch.setenv("PATH", f"{PROGRAMS}:{os.environ['PATH']}")
    monkeypatch.setenv("NO_ALBUMENTATIONS_UPDATE", "1")


def flickr(table: Path, out: Path) -> None:
    options = ["--share", "0.5", "--validation-one-in", "3", "--processes", "1", "--per-shard", str(PER_SHARD)]
    command = [str(PROGRAMS / "critic-train"), "data", "flickr", str(table), "--out", str(out), *options]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=1500, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_photos_behind_urls_become_labelled_shards_and_what_fails_is_counted(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    flickr(table, out)
    sides = [summary(out / side) for side in ("train", "validation")]
    assert sum(side.photos for side in sides) == PHOTOS
    assert sum(sum(side.failed.values()) for side in sides) == BROKEN + MISSING
    shards = sorted((out / "train").glob("*.tar"))
    samples = [sample for shard in shards for sample in read_shard(shard, lambda row: float(row["label"]))]
    assert len(samples) == sides[0].photos
    assert {sample.label for sample in samples} == {0.0, 1.0}
    assert Image.open(io.BytesIO(samples[0].data)).size == (300, 300)
    with Image.open(out / "figure-2-best.png") as sheet:
        assert sheet.width == COLUMNS * TILE
    assert json.loads((out / "statistics.json").read_text())["rows"] == PHOTOS + BROKEN + MISSING

    before = {shard: shard.stat().st_mtime_ns for shard in shards}
    shards[0].with_name("00000_stats.json").unlink()  # as if the run had ended in the middle of it
    download(out / TRAIN_FILE, out / "train", processes=1, per_shard=PER_SHARD)
    after = {shard: shard.stat().st_mtime_ns for shard in shards}
    assert [shard for shard in shards if before[shard] != after[shard]] == shards[:1]
    with tarfile.open(shards[0]) as again:
        assert any(name.endswith(".json") for name in again.getnames())
