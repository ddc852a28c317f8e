"""A rated set is checked row by row, and near duplicates end up on one side."""

import csv
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest

from critic_training.data.near_duplicates import near_pairs
from critic_training.data.photo_sets import read_rated
from critic_training.data.rated_set import prepare
from critic_training.data.split_leakage import remove_straddling
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
    told = prepare(source, tmp_path / "out")
    assert (told.rows, told.photos, told.near, told.moved) == (3, 3, 1, 1)
    read = read_rated(tmp_path / "out")
    assert read.group.tolist() == ["another", "another", "cats"]
    assert read.fold[0] == read.fold[1]
    assert read.fold[2] == 3
    assert all(file.is_file() for file in read.files)


def test_bad_rows_are_listed_with_their_reason_and_nothing_beside_them_is_lost(source: Path, tmp_path: Path) -> None:
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
    told = prepare(source, tmp_path / "out")
    assert told.bad == {
        "the photo cannot be decoded": 1,
        "there is no such photo": 2,
        "the score is not a number": 1,
        "no score or no category": 1,
    }
    with (tmp_path / "out" / "bad_rows.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 5
    read = read_rated(tmp_path / "out")
    assert [file.name for file in read.files] == ["cat.png"]
    assert 0 <= read.fold[0] < 4


def test_a_missing_table_or_column_is_said(source: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no"):
        prepare(tmp_path, tmp_path / "out")
    label(source, ("images/cat.png", "6"), header="file,score")
    with pytest.raises(ValueError, match="no column category"):
        prepare(source, tmp_path / "out")


def test_pairs_are_all_that_differ_in_six_bits_at_most(random: np.random.Generator) -> None:
    known = random.integers(0, 2**63, 300).astype(np.uint64)
    asked = known[:100].copy()
    for place in range(100):
        for bit in random.choice(64, place % 10, replace=False):
            asked[place] ^= np.uint64(1) << np.uint64(bit)
    distance = np.bitwise_count(asked[:, None] ^ known[None])
    wanted = {(int(one), int(other)) for one, other in zip(*np.nonzero(distance <= 6), strict=True)}
    assert set(near_pairs(known, asked)) == wanted
    assert len(wanted) >= 60


def shard(file: Path, photos: dict[str, bytes]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    folder = file.with_suffix("")
    folder.mkdir()
    with tarfile.open(file, "w") as opened:
        for key, photo in photos.items():
            for name, content in ((f"{key}.jpg", photo), (f"{key}.json", b"{}")):
                (folder / name).write_bytes(content)
                opened.add(folder / name, name)
    shutil.rmtree(folder)


def test_validation_photos_that_training_has_leave_the_shards(tmp_path: Path) -> None:
    rocket, cat = (DATA / "rocket.jpg").read_bytes(), (DATA / "formats" / "jpeg.jpg").read_bytes()
    shard(tmp_path / "train" / "00000.tar", {"a": rocket, "broken": b"no photo"})
    shard(tmp_path / "validation" / "00000.tar", {"b": alter(rocket, 0), "c": cat, "d": b"no photo"})
    assert remove_straddling(tmp_path / "train", tmp_path / "validation", tmp_path / "straddling.csv") == 1
    with tarfile.open(tmp_path / "validation" / "00000.tar") as opened:
        assert opened.getnames() == ["c.jpg", "c.json", "d.jpg", "d.json"]
    assert (tmp_path / "straddling.csv").read_text("utf-8") == "photo,like\nb,a\n"
