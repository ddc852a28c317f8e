"""Pairs of frames that differ only in what is sharp: the subject, or everything else.

The subject is a box labelled by hand (tests/data/subjects), a face labelled by hand, or the centre of a photo.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

LABELS = Path(__file__).parents[2] / "tests" / "data" / "subjects"
FACES, CENTRES = 80, 80
_LEAST_FACE = 0.12  # height, share of the photo's
_LARGER = 1.5  # times as high as any other
_BLURS = (0.004, 0.008, 0.016)  # deviation, share of the long side
_FEATHER = 0.01

Box = tuple[float, float, float, float]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Subject:
    """A photo and the box of its subject: left, top, right, bottom, as shares of the sides."""

    kind: str
    photo: Path
    box: Box


def subjects(folder: Path) -> list[Subject]:
    """Two hundred, always the same; a photo once."""
    random = np.random.default_rng(19)
    boxes = labelled_subjects(folder)
    faces = [Subject("face by hand", folder / photo, box) for photo, box in _main_faces() if "pool" not in photo]
    return [*boxes, *_drawn(faces, FACES, random), *_centres(folder, {subject.photo for subject in boxes}, random)]


def labelled_subjects(folder: Path) -> list[Subject]:
    """Things, with boxes by hand."""
    return [Subject("box by hand", folder / photo, box) for photo, box in _labelled("subjects.csv")]


def open_eyed(folder: Path) -> list[Subject]:
    """Portraits of one person with open eyes, on which no limit of the eyes was chosen."""
    by_photo: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows("faces.csv"):
        by_photo[row["file"]].append(row)
    alone = [rows[0] for photo, rows in sorted(by_photo.items()) if len(rows) == 1 and photo.startswith("more")]
    chosen = [row for row in alone if row["eyes"] == "open" and row["split"] == "report"]
    return [Subject("face by hand", folder / row["file"], _box(row)) for row in chosen]


def centres(photos: Sequence[Path]) -> list[Subject]:
    """Photos whose subject is taken to be their centre."""
    return [Subject("centre", photo, (0.25, 0.25, 0.75, 0.75)) for photo in photos]


def frames(subject: Subject, number: int) -> tuple[Image.Image, Image.Image]:
    """The frame with the sharp subject, and the frame that is sharp everywhere else."""
    photo = Image.open(subject.photo).convert("RGB")
    long_side = max(photo.size)
    soft = photo.filter(ImageFilter.GaussianBlur(_BLURS[number % len(_BLURS)] * long_side))
    mask = Image.new("L", photo.size)
    left, top, right, bottom = subject.box
    corners = (left * photo.width, top * photo.height, right * photo.width, bottom * photo.height)
    ImageDraw.Draw(mask).ellipse(corners, fill=255)
    mask = mask.filter(ImageFilter.GaussianBlur(_FEATHER * long_side))
    return Image.composite(photo, soft, mask), Image.composite(soft, photo, mask)


def _labelled(name: str) -> Iterator[tuple[str, Box]]:
    for row in _rows(name):
        yield row["file"], _box(row)


def _rows(name: str) -> list[dict[str, str]]:
    with (LABELS / name).open(newline="") as lines:
        return list(csv.DictReader(lines))


def _box(row: dict[str, str]) -> Box:
    return float(row["left"]), float(row["top"]), float(row["right"]), float(row["bottom"])


def _main_faces() -> Iterator[tuple[str, Box]]:
    """The largest face of each photo in which it clearly is the largest: of two equals, either may be meant."""
    by_photo: dict[str, list[Box]] = defaultdict(list)
    for photo, box in _labelled("faces.csv"):
        by_photo[photo].append(box)
    for photo, boxes in sorted(by_photo.items()):
        largest, *smaller = sorted(boxes, key=_height, reverse=True)
        if _height(largest) >= max(_LEAST_FACE, *(_LARGER * _height(box) for box in smaller), 0):
            yield photo, largest


def _height(box: Box) -> float:
    return box[3] - box[1]


def _centres(folder: Path, used: set[Path], random: np.random.Generator) -> list[Subject]:
    photos = [sorted(set((folder / name / "images").glob("*.jpg")) - used) for name in ("ccby", "vessel")]
    return centres([photo for files in photos for photo in _drawn(files, CENTRES // 2, random)])


def _drawn(items: Sequence[Item], count: int, random: np.random.Generator) -> list[Item]:
    return [items[index] for index in sorted(random.choice(len(items), count, replace=False))]
