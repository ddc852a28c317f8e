"""Files in the order in which people count them, and folders that are nobody's photos."""

import pytest

from critic_core.metadata.foreign_folders import is_foreign
from critic_core.metadata.natural_order import natural_key


def test_numbers_count_by_value() -> None:
    names = ["IMG_10.JPG", "img_9.jpg", "IMG_9 (2).JPG", "100CANON/a", "99CANON/a", "²", ""]
    assert sorted(names, key=natural_key) == [
        "",
        "99CANON/a",
        "100CANON/a",
        "IMG_9 (2).JPG",
        "img_9.jpg",
        "IMG_10.JPG",
        "²",
    ]


@pytest.mark.parametrize(
    "name", ["@eaDir", "#recycle", "$RECYCLE.BIN", "CaptureOne", "Shoot Previews.lrdata", ".Trashes", "@Recycle"]
)
def test_folders_of_other_programs(name: str) -> None:
    assert is_foreign(name)


@pytest.mark.parametrize("name", ["evening", "100CANON", "recycle", "RAW", "Capture One Masters", "keepers"])
def test_folders_of_the_shoot(name: str) -> None:
    assert not is_foreign(name)
