"""A RAW file and its developed file are one shot; other files are shots of their own."""

from pathlib import Path

from critic_cli.culling.raw_jpeg_pairs import pair_files


def paired(*names: str) -> list[list[str]]:
    return [[file.as_posix() for file in shot.files] for shot in pair_files(map(Path, names))]


def test_raw_and_jpeg_of_one_name_are_one_shot_and_the_jpeg_is_uploaded() -> None:
    assert paired("a/IMG_1.CR2", "a/IMG_1.JPG", "a/IMG_2.CR2") == [["a/IMG_1.JPG", "a/IMG_1.CR2"], ["a/IMG_2.CR2"]]


def test_letters_may_differ_in_case() -> None:
    assert paired("img_1.cr3", "IMG_1.heic") == [["IMG_1.heic", "img_1.cr3"]]


def test_not_across_folders_and_not_two_developed_ones() -> None:
    assert paired("a/1.NEF", "b/1.JPG") == [["a/1.NEF"], ["b/1.JPG"]]
    assert paired("1.jpg", "1.png") == [["1.jpg"], ["1.png"]]
    assert paired("1.nef", "1.jpg", "1.heic") == [["1.nef"], ["1.jpg"], ["1.heic"]]


def test_another_version_beside_a_pair_is_a_shot_of_its_own() -> None:
    assert paired("1.nef", "1.jpg", "1.tif") == [["1.jpg", "1.nef"], ["1.tif"]]
