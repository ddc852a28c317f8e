"""Files of one stem: a camera writes each picture as RAW, JPEG and HEIC; programs put their own files beside them."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from critic_cli.files.kinds import CAMERA_SUFFIXES, RAW_SUFFIXES
from critic_cli.files.photo_metadata import exposure_time

_SAME_EXPOSURE = timedelta(seconds=2)
_APPLE_NAME = re.compile(r"img_(\d{4,})")
_PIXEL_PART = re.compile(r"\.raw-\d\d(\.mp)?\.(cover|original)$", re.ASCII)
_DUPLICATE_NUMBER = re.compile(r"_\d\d$", re.ASCII)
_SETTINGS_FOLDERS = ("NKSC_PARAM", "CaptureOne/Settings*")  # Nikon, Capture One: a file for each photo file

ExposureTime = Callable[[Path], datetime | None]


@dataclass(frozen=True)
class Shot:
    """All photo files of one picture; `upload` is the one that is uploaded."""

    upload: Path
    files: tuple[Path, ...]


def group_files(files: Iterable[Path], time_of: ExposureTime = exposure_time) -> list[Shot]:
    """RAW, JPEG and HEIC files of one folder and stem are one shot, unless their times differ; the rest are alone.

    The developed file is uploaded: it is smaller, and shows the picture as the photographer saw it.
    """
    same_stem = defaultdict[tuple[Path, str], list[Path]](list)
    for file in files:
        same_stem[file.parent, picture_name(file)].append(file)
    return [shot for group in same_stem.values() for shot in _shots(group, time_of)]


def picture_name(file: Path) -> str:
    """The stem; Pixel phones call a pair PXL_1.RAW-01.COVER.jpg and PXL_1.RAW-02.ORIGINAL.dng."""
    return _PIXEL_PART.sub("", file.stem.casefold())


def _shots(group: list[Path], time_of: ExposureTime) -> Iterator[Shot]:
    camera = sorted((file for file in group if _rank(file) is not None), key=_rank_or_last)
    while camera:
        first, *remaining = camera
        same = [file for file in remaining if _is_same_picture(first, file, group, time_of)]
        same = list({_kind_key(file): file for file in reversed([first, *same])}.values())[::-1]
        yield Shot(first, tuple(same))
        camera = [file for file in remaining if file not in same]
    yield from (Shot(file, (file,)) for file in group if _rank(file) is None)


def _rank(file: Path) -> int | None:
    """JPEG before HEIC before RAW; None for files that are pictures of their own."""
    suffix = file.suffix.lower()
    if suffix in RAW_SUFFIXES:
        return 2
    return (0 if suffix.startswith(".j") else 1) if suffix in CAMERA_SUFFIXES else None


def _rank_or_last(file: Path) -> tuple[int, str]:
    return _rank(file) or 0, file.name


def _kind_key(file: Path) -> object:
    """One JPEG and one HEIC file of a picture, any number of RAW files (a DNG beside its original)."""
    rank = _rank(file)
    return file if rank == 2 else rank


def _is_same_picture(first: Path, second: Path, group: list[Path], time_of: ExposureTime) -> bool:
    times = time_of(first), time_of(second)
    if times[0] is not None and times[1] is not None:
        return abs(times[0] - times[1]) <= _SAME_EXPOSURE
    return any(_rank(file) == 2 for file in group)  # without a RAW file, one name may be a coincidence


class Companions:
    """Files that are no photos and belong to one: sidecars, films, voice memos, edits; by name."""

    def __init__(self, shots: Iterable[Shot]) -> None:
        self._photos = defaultdict[Path, set[str]](set)
        for file in (file for shot in shots for file in shot.files):
            self._photos[file.parent].add(file.name.casefold())
        self._by_stem: dict[Path, dict[str, list[Path]]] = {}

    def of(self, shot: Shot) -> list[Path]:
        """The companions in the folder of the shot, and its settings in the folders of Nikon and Capture One."""
        folder = shot.upload.parent
        found = [file for prefix in _prefixes(shot) for file in self._candidates(folder, prefix)]
        beside = [file for file in dict.fromkeys(found) if self._belongs(file, shot)]
        names = tuple(f"{file.name.casefold()}." for file in shot.files)
        stems = {file.stem.casefold(): None for file in shot.files}
        folders = (settings for pattern in _SETTINGS_FOLDERS for settings in folder.glob(pattern))
        settings = dict.fromkeys(file for found in folders for stem in stems for file in self._candidates(found, stem))
        return sorted(beside) + [file for file in settings if file.name.casefold().startswith(names)]

    def _belongs(self, file: Path, shot: Shot) -> bool:
        name, photos = file.name.casefold(), {photo.name.casefold() for photo in shot.files}
        if any(name == photo or name.startswith(f"{photo}.") for photo in self._names_like(file) - photos):
            return False
        if name in photos:
            return False
        prefixes = tuple(f"{prefix}." for prefix in _prefixes(shot))
        is_film = name in _prefixes(shot)  # PXL_1.MP of PXL_1.MP.jpg
        return is_film or name.startswith(prefixes) or any(_is_darktable_duplicate(name, photo) for photo in photos)

    def _names_like(self, file: Path) -> set[str]:
        """Photos whose names begin this name: IMG_1.PNG of IMG_1.PNG.xmp."""
        return self._photos[file.parent] & {file.name.casefold(), *_dotted_prefixes(file.name.casefold())}

    def _candidates(self, folder: Path, stem: str) -> list[Path]:
        if folder not in self._by_stem:
            by_stem = defaultdict[str, list[Path]](list)
            for file in (file for file in folder.iterdir() if file.is_file()):
                prefixes = _dotted_prefixes(file.name.casefold())
                for prefix in {*prefixes, *(_DUPLICATE_NUMBER.sub("", prefix) for prefix in prefixes)}:
                    by_stem[prefix].append(file)
            self._by_stem[folder] = dict(by_stem)
        return self._by_stem[folder].get(stem, [])


def _dotted_prefixes(name: str) -> list[str]:
    """`a`, `a.b`, `a.b.c` of `a.b.c`."""
    pieces = name.split(".")
    return [".".join(pieces[:count]) for count in range(1, len(pieces) + 1)]


def _prefixes(shot: Shot) -> tuple[str, ...]:
    """Of companions' names. Apple: IMG_0001 has its first edits in IMG_O0001, and iCloud its film in IMG_0001_HEVC."""
    stems = dict.fromkeys(file.stem.casefold() for file in shot.files)
    apple = _APPLE_NAME.fullmatch(shot.upload.stem.casefold())
    return (*stems, *([f"img_o{apple[1]}", f"img_e{apple[1]}", f"img_{apple[1]}_hevc"] if apple else []))


def _is_darktable_duplicate(name: str, photo: str) -> bool:
    """IMG_0001_01.CR2.xmp is a second development of IMG_0001.CR2."""
    stem, _, suffix = photo.rpartition(".")
    return re.fullmatch(rf"{re.escape(stem)}_\d\d\.{re.escape(suffix)}\.xmp", name) is not None
