"""RAW, JPEG and HEIC files of one stem are one shot; files of other programs belong to theirs."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from critic_cli.culling.same_stem import Companions, Shot, group_files

NOON, EVENING = datetime(2024, 6, 1, 12), datetime(2024, 6, 1, 20)  # noqa: DTZ001 - a camera's clock


def grouped(*names: str, times: Mapping[str, datetime] | None = None) -> list[list[str]]:
    shots = group_files(map(Path, names), lambda file: (times or {}).get(file.as_posix()))
    return [[file.as_posix() for file in shot.files] for shot in shots]


def test_raw_and_jpeg_of_one_name_are_one_shot_and_the_jpeg_is_uploaded() -> None:
    assert grouped("a/IMG_1.CR2", "a/IMG_1.JPG", "a/IMG_2.CR2") == [["a/IMG_1.JPG", "a/IMG_1.CR2"], ["a/IMG_2.CR2"]]


def test_letters_may_differ_in_case() -> None:
    assert grouped("img_1.cr3", "IMG_1.heic") == [["IMG_1.heic", "img_1.cr3"]]


def test_raw_heic_and_jpeg_are_one_and_so_is_a_converted_raw() -> None:
    assert grouped("1.nef", "1.jpg", "1.heic") == [["1.jpg", "1.heic", "1.nef"]]
    assert grouped("1.jpg", "1.nef", "1.dng") == [["1.jpg", "1.dng", "1.nef"]]


def test_not_across_folders() -> None:
    assert grouped("a/1.NEF", "b/1.JPG") == [["a/1.NEF"], ["b/1.JPG"]]


def test_without_a_raw_file_equal_times_decide() -> None:
    same, apart = {"1.jpg": NOON, "1.heic": NOON}, {"1.jpg": NOON, "1.heic": EVENING}
    assert grouped("1.jpg", "1.heic", times=same) == [["1.jpg", "1.heic"]]
    assert grouped("1.jpg", "1.heic", times=apart) == [["1.jpg"], ["1.heic"]]
    assert grouped("1.jpg", "1.heic") == [["1.jpg"], ["1.heic"]]


def test_a_raw_file_of_another_time_is_another_picture() -> None:
    assert grouped("1.jpg", "1.nef", times={"1.jpg": NOON, "1.nef": EVENING}) == [["1.jpg"], ["1.nef"]]


def test_pictures_of_other_kinds_are_shots_of_their_own() -> None:
    assert grouped("1.jpg", "1.png") == [["1.jpg"], ["1.png"]]
    assert grouped("1.nef", "1.jpg", "1.tif") == [["1.jpg", "1.nef"], ["1.tif"]]
    assert grouped("1.jpg", "1.jpeg") == [["1.jpeg"], ["1.jpg"]] or grouped("1.jpg", "1.jpeg") == [
        ["1.jpg"],
        ["1.jpeg"],
    ]


BESIDE = [
    "IMG_1.xmp", "IMG_1.JPG.xmp", "img_1.cr2.XMP", "IMG_1.MOV", "IMG_1.AAE", "IMG_1.WAV", "IMG_1.acr", "IMG_1.on1",
    "IMG_1.CR2.dop", "IMG_1.JPG.pp3", "IMG_1_01.CR2.xmp", "IMG_1.PEF",
]  # fmt: skip
ELSEWHERE = ["IMG_10.xmp", "IMG_1.PNG.xmp", "IMG_1 (2).xmp", "IMG_2.xmp", "notes.txt", "IMG_1_01.NEF.xmp"]


def test_companions_by_name(tmp_path: Path) -> None:
    for name in ["IMG_1.JPG", "IMG_1.CR2", "IMG_1.PNG", *BESIDE, *ELSEWHERE]:
        (tmp_path / name).touch()
    settings = tmp_path / "CaptureOne" / "Settings153" / "IMG_1.CR2.cos"
    settings.parent.mkdir(parents=True)
    settings.touch()
    shot = Shot(tmp_path / "IMG_1.JPG", (tmp_path / "IMG_1.JPG", tmp_path / "IMG_1.CR2"))
    screenshot = Shot(tmp_path / "IMG_1.PNG", (tmp_path / "IMG_1.PNG",))
    found = Companions([shot, screenshot]).of(shot)
    assert sorted(file.name for file in found) == sorted([*BESIDE, settings.name])


def test_apples_first_edits_have_a_name_of_their_own(tmp_path: Path) -> None:
    for name in ("IMG_0002.HEIC", "IMG_0002_HEVC.MOV", "IMG_O0002.AAE", "IMG_E0002.MOV", "IMG_O0003.AAE"):
        (tmp_path / name).touch()
    shot = Shot(tmp_path / "IMG_0002.HEIC", (tmp_path / "IMG_0002.HEIC",))
    assert [file.name for file in Companions([shot]).of(shot)] == [
        "IMG_0002_HEVC.MOV", "IMG_E0002.MOV", "IMG_O0002.AAE",
    ]  # fmt: skip


def test_pixels_names_of_one_picture(tmp_path: Path) -> None:
    pair = ["PXL_1.RAW-01.COVER.jpg", "PXL_1.RAW-02.ORIGINAL.dng"]
    beside = ["PXL_1.RAW-02.ORIGINAL.dng.xmp", "PXL_1.RAW-02.ORIGINAL.xmp", "PXL_2.MP"]
    for name in [*pair, "PXL_2.MP.jpg", *beside]:
        (tmp_path / name).touch()
    settings = tmp_path / "CaptureOne" / "Settings153" / f"{pair[1]}.cos"
    settings.parent.mkdir(parents=True)
    settings.touch()
    shots = group_files([tmp_path / name for name in (*pair, "PXL_2.MP.jpg")])
    assert [[file.name for file in shot.files] for shot in shots] == [pair, ["PXL_2.MP.jpg"]]
    found = [file.name for shot in shots for file in Companions(shots).of(shot)]
    assert found == [*beside[:2], settings.name, *beside[2:]]
