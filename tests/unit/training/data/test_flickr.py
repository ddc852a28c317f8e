"""From metadata to labelled tables: both classes, owners on one side, bad rows listed."""

import csv
import json
import math
import subprocess
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from critic_training.__main__ import app
from critic_training.data.flickr import label_photos
from critic_training.data.owner_split import is_validation
from critic_training.data.popularity_labels import BAD, GOOD

HEADER = ("photo_id", "url", "views", "uploaded", "crawled", "owner")
FIRST = date(2015, 1, 1)


def row(number: int, views: int, days: int = 99, owner: str | None = None) -> tuple[object, ...]:
    url = f"https://photos.example/{number}.jpg"
    return number, url, views, FIRST, FIRST + timedelta(days), owner or f"owner {number}"


def write(file: Path, rows: Iterable[Iterable[object]]) -> Path:
    with file.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows([HEADER, *rows])
    return file


def read(out: Path, name: str) -> list[dict[str, object]]:
    return pyarrow.parquet.read_table(out / name).to_pylist()


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A thousand photos: photo n has n views after 99 days."""
    return write(tmp_path / "photos.csv", [row(number, number) for number in range(1000)])


def test_both_tables_hold_both_classes_and_nothing_between(table: Path, tmp_path: Path) -> None:
    statistics = label_photos(table, tmp_path / "out")
    photos = [*read(tmp_path / "out", "train.parquet"), *read(tmp_path / "out", "validation.parquet")]
    assert (statistics.train + statistics.validation, len(photos)) == (400, 400)
    assert {int(str(photo["photo_id"])) for photo in photos if photo["label"] == GOOD} == set(range(800, 1000))
    assert {int(str(photo["photo_id"])) for photo in photos if photo["label"] == BAD} == set(range(200))
    assert statistics.high == pytest.approx(math.log2(801 / 100), abs=1e-4)
    assert statistics.low == pytest.approx(math.log2(200 / 100), abs=1e-4)
    assert 30 < statistics.validation < 90  # one owner in seven
    assert json.loads((tmp_path / "out" / "statistics.json").read_text())["train"] == statistics.train


def test_nobodys_photos_are_on_both_sides(tmp_path: Path) -> None:
    table = write(tmp_path / "photos.csv", [row(number, number, owner=f"{number % 30}") for number in range(1000)])
    label_photos(table, tmp_path / "out")
    sides = [{int(str(photo["photo_id"])) % 30 for photo in read(tmp_path / "out", f"{side}.parquet")}
             for side in ("train", "validation")]  # fmt: skip
    assert sides[0]
    assert sides[1]
    assert not sides[0] & sides[1]
    assert sides[1] == {owner for owner in range(30) if is_validation(str(owner))}


def test_bad_rows_are_listed_with_their_reason_and_stop_nothing(tmp_path: Path) -> None:
    good = [row(number, number) for number in range(20)]
    bad = [
        ("", "https://x.example/1.jpg", 5, FIRST, FIRST, "a"),
        (101, "", 5, FIRST, FIRST, "a"),
        (102, "https://x.example/1.jpg", "many", FIRST, FIRST, "a"),
        (103, "https://x.example/1.jpg", -4, FIRST, FIRST, "a"),
        (104, "https://x.example/1.jpg", 5, "yesterday", FIRST, "a"),
        (105, "https://x.example/1.jpg", 5, FIRST, "2014-02-31", "a"),
        (106, "https://x.example/1.jpg", 5, FIRST, FIRST - timedelta(1), "a"),
        (107, "https://x.example/1.jpg"),
    ]
    statistics = label_photos(write(tmp_path / "photos.csv", [*good[:10], *bad, *good[10:], good[3]]), tmp_path / "out")
    assert statistics.bad == {
        "no photo_id": 1,
        "no url": 1,
        "views are no number": 2,
        "uploaded is no date": 1,
        "crawled is no date": 1,
        "crawled before it was uploaded": 1,
        "2 columns, not 6": 1,
    }
    assert (statistics.rows, statistics.repeated, statistics.train + statistics.validation) == (29, 1, 8)
    listed = (tmp_path / "out" / "bad_rows.csv").read_text("utf-8")
    assert listed.count("\n") == 9
    assert "yesterday" in listed


def test_parquet_gives_the_labels_of_csv(table: Path, tmp_path: Path) -> None:
    parquet = tmp_path / "photos.parquet"  # typed numbers and dates, and not text
    pyarrow.parquet.write_table(pyarrow.csv.read_csv(table), parquet)
    assert label_photos(parquet, tmp_path / "from_parquet") == label_photos(table, tmp_path / "from_csv")
    assert read(tmp_path / "from_parquet", "train.parquet") == read(tmp_path / "from_csv", "train.parquet")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("photos.csv", "photo_id,url\n1,https://x\n", "no column views, uploaded, crawled"),
        ("photos.csv", "photo_id,url,views,uploaded,crawled\n", "only 0 usable photos"),
        ("photos.txt", "", "only .csv and .parquet"),
    ],
)
def test_an_unusable_table_is_rejected_with_a_sentence(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    result = CliRunner().invoke(app, ["data", "flickr", str(tmp_path / name), "--out", str(tmp_path), "--no-download"])
    assert result.exit_code == 2
    assert message in " ".join(result.output.replace("│", " ").split())


def test_the_command_labels_and_draws_figure_1(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["data", "flickr", str(table), "--out", str(out), "--no-download"])
    assert result.exit_code == 0, result.output
    assert (out / "figure-1-scores.png").read_bytes().startswith(b"\x89PNG")


def test_memory_does_not_grow_with_the_table(tmp_path: Path) -> None:
    """Ten times the rows add their scores, digests and sorting buffers only."""
    peaks = []
    for count in (30_000, 300_000):
        table = write(tmp_path / f"{count}.csv", (row(number, number % 5000) for number in range(count)))
        code = (
            "import resource, sys; from pathlib import Path; from critic_training.data.flickr import label_photos; "
            "label_photos(Path(sys.argv[1]), Path(sys.argv[2])); "
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        command = [sys.executable, "-c", code, str(table), str(tmp_path / "out")]
        peaks.append(int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) / 1024)
    assert peaks[1] - peaks[0] < 150, peaks
