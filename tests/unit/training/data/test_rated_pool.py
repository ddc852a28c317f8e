"""Ratings of several raters come to one scale; incomplete tables are rejected by name."""

from pathlib import Path

import numpy as np
import pytest

from critic_training.data.photo_sets import RatedPhotos
from critic_training.data.rated_pool import KINDS, rater_scales, read_more, read_pool, standardise_people

SCORES = np.array([2.0, 3.0, 4.0, 6.0], np.float32)


@pytest.fixture
def rated(tmp_path: Path) -> RatedPhotos:
    files = tuple(tmp_path / "oasis" / "images" / f"{number}.jpg" for number in range(4))
    category = np.array(["Person", "Scenery", "Object", "Animal"])
    return RatedPhotos("oasis", files, SCORES, category, np.arange(4), category)


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    """Rater a is twice as wide as people and 10 higher, rater m equals them."""
    folder = tmp_path / "ratings"
    folder.mkdir()
    common = [f"images/{n}.jpg,{2 * score + 10},a" for n, score in enumerate(SCORES)]
    common += [f"images/{n}.jpg,{score},m" for n, score in enumerate(SCORES)]
    write(folder / "oasis_check.csv", "file,score,rater", *common)
    write(folder / "pool.csv", "file,score,rater", "images/x.jpg,18,a", "images/y.jpg,4,m", "images/z.jpg,16,a")
    write(folder / "kinds.csv", "file,kind", "pool/images/x.jpg,F", "pool/images/y.jpg,P")
    return folder


def write(file: Path, *lines: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def standardised(score: float) -> float:
    return float((score - SCORES.mean()) / SCORES.std())


def test_a_rater_gets_the_mean_and_spread_of_people(ratings: Path, rated: RatedPhotos) -> None:
    scales = rater_scales(ratings, rated)
    for score in SCORES:
        assert scales["a"](2 * score + 10) == pytest.approx(standardised(score), abs=1e-5)
        assert scales["m"](score) == pytest.approx(standardised(score), abs=1e-5)


def test_pool_photos_have_a_rating_on_that_scale_and_a_kind(ratings: Path, rated: RatedPhotos, tmp_path: Path) -> None:
    pool = read_pool(ratings, tmp_path / "pool" / "index.csv", rated)
    np.testing.assert_allclose(pool.rating, [standardised(4), standardised(4), standardised(3)], atol=1e-5)
    assert pool.kind.tolist() == [KINDS.index("F"), KINDS.index("P"), -1]
    assert pool.files[0] == tmp_path / "pool" / "images" / "x.jpg"
    assert pool.subset(np.array([1])).files == pool.files[1:2]


def test_further_photos_follow_those_of_the_pool(ratings: Path, rated: RatedPhotos, tmp_path: Path) -> None:
    write(tmp_path / "more" / "index.csv", "file,kind,score", "a.jpg,portrait,6", "b.jpg,spacecraft,2")
    more = read_more(tmp_path / "more", ratings, rated)
    both = read_pool(ratings, tmp_path / "pool" / "index.csv", rated) + more
    assert len(both.files) == len(both.rating) == len(both.kind) == 5
    np.testing.assert_allclose(both.rating[3:], [standardised(6), standardised(2)], atol=1e-5)
    assert [KINDS[number] for number in both.kind[3:]] == ["P", "O"]


def test_people_are_standardised(rated: RatedPhotos) -> None:
    people = standardise_people(rated)
    assert people.rating.mean() == pytest.approx(0, abs=1e-6)
    assert people.rating.std() == pytest.approx(1, abs=1e-6)
    assert [KINDS[number] for number in people.kind] == ["P", "L", "O", "A"]


@pytest.mark.parametrize(
    ("table", "lines", "message"),
    [
        ("pool.csv", ("file,score", "images/x.jpg,18"), "pool.csv has no column rater"),
        ("pool.csv", ("file,score,rater", "images/x.jpg,18,z"), "no ratings of rater 'z'"),
        ("kinds.csv", ("file,kind", "pool/images/x.jpg,Q"), "unknown kind 'Q'"),
        ("oasis_check.csv", ("file,score,rater", "images/9.jpg,1,a"), "oasis has no photo images/9.jpg"),
        ("oasis_check.csv", ("file,score,rater", "images/0.jpg,1,a", "images/1.jpg,1,a"), "rated all photos the same"),
    ],
)
def test_incomplete_tables_are_rejected(
    ratings: Path, rated: RatedPhotos, tmp_path: Path, table: str, lines: tuple[str, ...], message: str
) -> None:
    write(ratings / table, *lines)
    with pytest.raises(ValueError, match=message):
        read_pool(ratings, tmp_path / "pool" / "index.csv", rated)


def test_a_missing_table_is_named(ratings: Path, rated: RatedPhotos, tmp_path: Path) -> None:
    (ratings / "kinds.csv").unlink()
    with pytest.raises(ValueError, match=r"there is no .*kinds\.csv"):
        read_pool(ratings, tmp_path / "pool" / "index.csv", rated)
