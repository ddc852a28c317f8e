"""Which files of a folder the page uploads, run by Node."""

import json

import pytest
from tests.support.node import run_with_module

SCRIPT = """
const { isPhotoOfFolder, withoutRawOfPairs } = await import(process.argv[1]);
const fileAt = (path) => ({ name: path.replace(/.*[/]/, ""), webkitRelativePath: path });
const files = JSON.parse(process.argv[2]).map(fileAt);
const photos = withoutRawOfPairs(files.filter(isPhotoOfFolder));
console.log(JSON.stringify(photos.map(({ webkitRelativePath }) => webkitRelativePath)));
"""


def uploaded(*paths: str) -> list[str]:
    """The paths uploaded of a chosen folder's paths."""
    answer: list[str] = json.loads(run_with_module("upload/same-stem.js", SCRIPT, json.dumps(paths)))
    return answer


@pytest.mark.parametrize(
    ("developed", "raw"),
    [
        ("a/IMG_1.JPG", "a/IMG_1.CR2"),
        ("a/PXL_1.RAW-01.COVER.jpg", "a/PXL_1.RAW-02.ORIGINAL.dng"),
        ("a/PXL_1.RAW-01.MP.COVER.jpg", "a/PXL_1.RAW-02.ORIGINAL.dng"),
    ],
)
def test_the_developed_file_of_a_pair_alone(developed: str, raw: str) -> None:
    assert uploaded(raw, developed) == [developed]


def test_of_raw_heic_and_jpeg_the_jpeg_alone() -> None:
    assert uploaded("a/1.HEIC", "a/1.jpg", "a/1.DNG") == ["a/1.jpg"]
    assert uploaded("a/1.HEIC", "a/1.jpg") == ["a/1.HEIC", "a/1.jpg"]  # perhaps two pictures
    assert uploaded("s/a/1.png", "s/a/1.jpg", "s/b/1.dng") == ["s/a/1.png", "s/a/1.jpg", "s/b/1.dng"]


def test_folders_of_other_programs_are_passed_over_but_not_the_chosen_one() -> None:
    assert uploaded("Trash/a.jpg", "Trash/Trash/b.jpg", "Trash/day/c.jpg") == ["Trash/a.jpg", "Trash/day/c.jpg"]
