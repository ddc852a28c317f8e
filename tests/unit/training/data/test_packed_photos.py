"""Packed folders have the names of the originals, and photos that a network sees nearly the same."""

from pathlib import Path

import numpy as np

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.preprocess import prepare
from critic_training.data.packed_photos import copy_tables, pack_photos

PHOTO = Path(__file__).parents[4] / "tests" / "data" / "rocket.jpg"


def test_photos_and_tables_stay_where_they_were(tmp_path: Path) -> None:
    source, out, preprocessing = tmp_path / "source", tmp_path / "out", Preprocessing(size=256)
    file = source / "pool" / "images" / "rocket.jpg"
    file.parent.mkdir(parents=True)
    file.write_bytes(PHOTO.read_bytes())
    (source / "pool" / "index.csv").write_text("file\nimages/rocket.jpg\n", encoding="utf-8")
    copy_tables(source, [source / "pool"], out)
    pack_photos(source, [file], out, preprocessing)
    assert (out / "pool" / "index.csv").read_bytes() == (source / "pool" / "index.csv").read_bytes()
    packed = (out / "pool" / "images" / "rocket.jpg").read_bytes()
    assert len(packed) < 30_000
    difference = prepare(packed, preprocessing).astype(int) - prepare(file.read_bytes(), preprocessing)
    assert np.abs(difference).mean() < 4
