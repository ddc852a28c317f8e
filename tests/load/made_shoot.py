"""A made shoot: moments of five frames, one of which is good, between single photos; the same at every call.

Twenty moments, of portraits, scenes and things (`training.research.subject_pairs`); every frame shows a slightly other
view, with a sensor's noise. Four of the five have one fault each: tilted, too dark, too bright, cropped too tightly,
soft, shaken, sharp beside the subject, or, of portraits, a blink. No weight or limit of the product was fitted or
chosen on photographs of the moments; the network learnt from portraits and things, not from scenes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image
from tests.load.blink import blink
from tests.support.photos import saved
from training.research.best_of_group import draw_photos
from training.research.subject_pairs import Subject, centres, frames, labelled_subjects, open_eyed

from critic_training.data.degradations import exposure, focus_blur, motion_blur

PHOTOS, BURSTS, FRAMES = 300, 20, 5
LONG_SIDE = 1536  # pixels; the page shrinks them
_BEGAN = datetime(2026, 6, 1, 9)  # noqa: DTZ001 - a camera's clock has no zone
_GAP = 0.4  # seconds between two frames
_PAUSES = 3.0, 60.0
_NOISE = 1.5  # levels
_FITTED_PER_SET = 70  # of the command in docs/measurements.md

Random = np.random.Generator


@dataclass(frozen=True)
class Frame:
    """A file of the shoot. `moment` numbers the bursts; None for a single photo. `fault`: "" for the good frame."""

    name: str
    moment: int | None
    fault: str


@dataclass(frozen=True)
class View:
    """What a frame shows of its photograph: degrees, share of the sides, and the centre's offset in shares."""

    tilt: float = 0.0
    share: float = 0.94
    offset: tuple[float, float] = (0.0, 0.0)


def make_shoot(data: Path, folder: Path, photos: int = PHOTOS, bursts: int = BURSTS) -> list[Frame]:
    """Write the files of the shoot, in the order of their times. `data`: CRITIC_DATA."""
    random = np.random.default_rng(300)
    subjects = _subjects(data, bursts, random)
    if len(subjects) < bursts or photos < FRAMES * bursts:
        raise ValueError(f"{photos} photos, and {len(subjects)} subjects, are too few for {bursts} bursts")
    singles = _singles(data, photos - FRAMES * bursts, {subject.photo for subject in subjects}, random)
    moments: list[Subject | Path] = [*subjects, *singles]
    time, frames_of_shoot = _BEGAN, list[Frame]()
    folder.mkdir(parents=True, exist_ok=True)
    for index in random.permutation(len(moments)):
        moment = moments[index]
        for fault, pixels in _pictures(moment, random):
            frame = Frame(f"IMG_{len(frames_of_shoot) + 1:04}.JPG", int(index) if index < bursts else None, fault)
            (folder / frame.name).write_bytes(_jpeg(pixels, time))
            frames_of_shoot.append(frame)
            time += timedelta(seconds=_GAP)
        time += timedelta(seconds=random.uniform(*_PAUSES))
    return frames_of_shoot


def _subjects(data: Path, count: int, random: Random) -> list[Subject]:
    """A third each of portraits, scenes and things."""
    fitted, _ = draw_photos(
        [sorted((data / name / "images").rglob("*.jpg")) for name in ("ccby", "oasis")], _FITTED_PER_SET
    )
    limits_chosen_on = sorted((data / "ccby" / "images").glob("*.jpg"))[::2]
    excluded = {*fitted, *limits_chosen_on}
    things = [subject for subject in labelled_subjects(data) if subject.photo not in excluded]
    pools = (open_eyed(data), centres(sorted((data / "vessel" / "images").glob("*.jpg"))), things)
    drawn = [[pool[at] for at in random.permutation(len(pool))] for pool in pools]
    return [subject for row in zip(*drawn, strict=False) for subject in row][:count]


def _singles(data: Path, count: int, used: set[Path], random: Random) -> list[Path]:
    sets = [sorted(set((data / name / "images").glob("*.jpg")) - used) for name in ("vessel", "ccby", "more")]
    files = [files[at] for files in sets for at in random.choice(len(files), -(-count // len(sets)), replace=False)]
    return files[:count]


def _pictures(moment: Subject | Path, random: Random) -> Iterator[tuple[str, np.ndarray]]:
    """Faults and frames of a moment, the good frame anywhere."""
    if isinstance(moment, Path):
        yield "", _shot(Image.open(moment).convert("RGB"), _handheld(random), random)
        return
    names = [name for name in FAULTS if name != "blink"]
    portrait = "face" in moment.kind
    faults = ["", *random.choice(names, FRAMES - 1 - portrait, replace=False), *(["blink"] if portrait else [])]
    for name in random.permutation(faults):
        yield str(name), FAULTS[name](moment, random) if name else good(moment, random)


def good(subject: Subject, random: Random) -> np.ndarray:
    """`[H, W, 3]`."""
    return _shot(_photo(subject), _handheld(random), random)


def _tilted(subject: Subject, random: Random) -> np.ndarray:
    view = View(random.choice([-1, 1]) * random.uniform(3, 7), 0.84)
    return _shot(_photo(subject), view, random)


def _cropped(subject: Subject, random: Random) -> np.ndarray:
    """At two edges."""
    corner = tuple(random.choice([-1, 1], 2) * 0.09)
    return _shot(_photo(subject), View(share=0.8, offset=corner), random)


def _beside(subject: Subject, random: Random) -> np.ndarray:
    _, missed = frames(subject, int(random.integers(3)))
    return _shot(missed, _handheld(random), random)


def _blinking(subject: Subject, random: Random) -> np.ndarray:
    return _shot(blink(_photo(subject)), _handheld(random), random)


def _degraded(
    degrade: Callable[[np.ndarray, float, Random], np.ndarray], least: float, most: float
) -> Callable[[Subject, Random], np.ndarray]:
    def shot(subject: Subject, random: Random) -> np.ndarray:
        view = _view(_photo(subject), _handheld(random))
        return _noisy(degrade(view, random.uniform(least, most), random), random)

    return shot


FAULTS: dict[str, Callable[[Subject, Random], np.ndarray]] = {
    "tilted": _tilted,
    "too dark": _degraded(exposure, -2.0, -0.6),
    "too bright": _degraded(exposure, 0.6, 2.0),
    "cropped": _cropped,
    "soft": _degraded(focus_blur, 0.003, 0.008),
    "shaken": _degraded(motion_blur, 0.008, 0.025),
    "sharp beside": _beside,
    "blink": _blinking,
}
"""Name → frame of a subject."""


def _photo(subject: Subject) -> Image.Image:
    return Image.open(subject.photo).convert("RGB")


def _handheld(random: Random) -> View:
    """Hands move between two frames."""
    return View(random.normal(0, 0.3), 0.94, tuple(random.uniform(-0.02, 0.02, 2)))


def _shot(photo: Image.Image, view: View, random: Random) -> np.ndarray:
    return _noisy(_view(photo, view), random)


def _view(photo: Image.Image, view: View) -> np.ndarray:
    """The part of the photo at the camera's size."""
    scale = LONG_SIDE / max(photo.size)
    size = np.round(np.array(photo.size) * scale).astype(int)
    sine, cosine = np.sin(np.radians(view.tilt)), np.cos(np.radians(view.tilt))
    turn = np.array([[cosine, -sine], [sine, cosine]]) * (view.share / scale)
    origin = np.array(photo.size) * (0.5 + np.array(view.offset)) - turn @ (size / 2)
    data = (turn[0, 0], turn[0, 1], origin[0], turn[1, 0], turn[1, 1], origin[1])
    return np.asarray(photo.transform(tuple(size), Image.Transform.AFFINE, data, Image.Resampling.BICUBIC))


def _noisy(pixels: np.ndarray, random: Random) -> np.ndarray:
    noise = random.normal(0, _NOISE, pixels.shape)
    return (pixels + noise).clip(0, 255).round().astype(np.uint8)


def _jpeg(pixels: np.ndarray, time: datetime) -> bytes:
    exif = Image.Exif()
    exif.update({0x010F: "Canon", 0x0110: "Canon EOS R5"})
    exif.get_ifd(0x8769).update({0x9003: f"{time:%Y:%m:%d %H:%M:%S}", 0x9291: f"{time.microsecond // 1000:03}"})
    return saved(Image.fromarray(pixels), "JPEG", quality=92, exif=exif.tobytes())
