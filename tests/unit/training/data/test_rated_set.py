"""Rows are checked one by one, and near duplicates share a fold."""

import csv
import shutil
from pathlib import Path

import pytest

from critic_training.data.photo_sets import read_rated
from critic_training.data.rated_set import prepare
from critic_training.evaluation.copy_retrieval import alter

DATA = Path(__file__).parents[4] / "tests" / "data"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "images").mkdir(parents=True)
    shutil.copyfile(DATA / "rocket.jpg", folder / "images" / "rocket.jpg")
    (folder / "images" / "again.jpg").write_bytes(alter((DATA / "rocket.jpg").read_bytes(), 0))
    shutil.copyfile(DATA / "cat.png", folder / "images" / "cat.png")
    (folder / "images" / "broken.jpg").write_bytes(b"no photo")
    return folder


def label(folder: Path, *rows: tuple[str, ...], header: str = "file,score,category,group,fold") -> None:
    lines = [header, *(",".join(row) for row in rows)]
    (folder / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_near_duplicates_share_group_and_fold(source: Path, tmp_path: Path) -> None:
    label(
        source,
        ("images/rocket.jpg", "5.5", "Object", "rockets", "1"),
        ("images/again.jpg", "5", "Object", "another", "2"),
        ("images/cat.png", "6", "Animal", "cats", "3"),
    )
    statistics = prepare(source, tmp_path / "out")
    assert (statistics.rows, statistics.photos, statistics.near, statistics.moved) == (3, 3, 1, 1)
    rated = read_rated(tmp_path / "out")
    assert rated.group.tolist() == ["another", "another", "cats"]
    assert rated.fold[0] == rated.fold[1]
    assert rated.fold[2] == 3
    assert all(file.is_file() for file in rated.files)


def test_bad_rows_are_listed_with_their_reason_and_usable_rows_stay(source: Path, tmp_path: Path) -> None:
    label(
        source,
        ("images/broken.jpg", "5", "Object"),
        ("images/missing.jpg", "5", "Object"),
        ("../outside.jpg", "5", "Object"),
        ("images/rocket.jpg", "much", "Object"),
        ("images/rocket.jpg", "nan", "Object"),
        ("images/cat.png", "6", "Animal"),
        header="file,score,category",
    )
    statistics = prepare(source, tmp_path / "out")
    assert statistics.bad == {
        "the photo cannot be decoded": 1,
        "there is no such photo": 2,
        "the score is not a number": 1,
        "no score or no category": 1,
    }
    with (tmp_path / "out" / "bad_rows.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 5
    rated = read_rated(tmp_path / "out")
    assert [file.name for file in rated.files] == ["cat.png"]
    assert 0 <= rated.fold[0] < 4


def test_a_missing_table_or_column_is_rejected(source: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no"):
        prepare(tmp_path, tmp_path / "out")
    label(source, ("images/cat.png", "6"), header="file,score")
    with pytest.raises(ValueError, match="no column category"):
        prepare(source, tmp_path / "out")
