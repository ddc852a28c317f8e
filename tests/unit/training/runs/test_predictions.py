"""Predictions of a run come back in the order of the photos, and incomplete ones are rejected."""

from pathlib import Path

import numpy as np
import pytest

from critic_training.data.photo_sets import RatedPhotos
from critic_training.runs.predictions import read_across, read_out_of_fold

FILES = tuple(Path(f"/data/oasis/images/{n}.jpg") for n in range(40))


@pytest.fixture
def rated() -> RatedPhotos:
    score = np.linspace(1, 7, 40).astype(np.float32)
    return RatedPhotos("oasis", FILES, score, np.array(["any"] * 40), np.arange(40) % 4, np.arange(40).astype(str))


def lines(rated: RatedPhotos, seed: int, offset: float) -> str:
    return "".join(f"images/{f.name},{seed},0,{s + offset}\n" for f, s in zip(FILES, rated.score, strict=True))


def test_by_seed_and_in_order(rated: RatedPhotos, tmp_path: Path) -> None:
    file = tmp_path / "out_of_fold.csv"
    file.write_text("file,seed,fold,rating\n" + lines(rated, 8, 1.0) + lines(rated, 7, 0.0))
    ratings = read_out_of_fold(file, rated)
    np.testing.assert_allclose(ratings[7], rated.score, atol=1e-5)
    np.testing.assert_allclose(ratings[8], rated.score + 1, atol=1e-5)


def test_a_photo_without_a_rating_is_noticed(rated: RatedPhotos, tmp_path: Path) -> None:
    file = tmp_path / "out_of_fold.csv"
    file.write_text("file,seed,fold,rating\n" + lines(rated, 7, 0.0).split("\n", 1)[1])
    with pytest.raises(ValueError, match="not every photo of oasis"):
        read_out_of_fold(file, rated)


def test_across_takes_the_rows_of_its_set_only(rated: RatedPhotos, tmp_path: Path) -> None:
    file = tmp_path / "across.csv"
    rows = [f"{name},images/{f.name},7,{n}" for name, n in (("oasis", 1.5), ("other", 9)) for f in FILES]
    file.write_text("\n".join(["dataset,file,seed,rating", *rows]) + "\n")
    np.testing.assert_allclose(read_across(file, rated)[7], 1.5)
